#pragma once

#include "tests/simt/testing.h"

namespace simt {

/// A program that contains a fault if `wrong`, and none otherwise. A comment with the name marks the line
/// that the report must name.
struct PlantedFault {
  const char* name;
  void (*run)(bool wrong);
};

const std::vector<PlantedFault>& memory_faults();
const std::vector<PlantedFault>& races();

}  // namespace simt
