#pragma once

#include "tests/simt/testing.h"

namespace simt {

/// A program with a planted fault, or without: it is called with whether to do it wrong. The place where a
/// report must point is marked by a comment with the name.
struct PlantedFault {
  const char* name;
  void (*run)(bool wrong);
};

const std::vector<PlantedFault>& memory_faults();
const std::vector<PlantedFault>& races();

}  // namespace simt
