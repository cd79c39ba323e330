// For the program in which the emulated device counts.
#include <nlohmann/json.hpp>

#include "kernels/simt/counters/counters.h"
#include "modules/course/runner/device.h"

namespace tinytorch::course {
namespace {

const char* name_of(simt::Access access) {
  switch (access) {
    case simt::Access::load:
      return "load";
    case simt::Access::store:
      return "store";
    case simt::Access::atomic:
      return "atomic";
  }
  return "";
}

nlohmann::json json_of(const simt::LineCounts& line) {
  const std::string file = line.at.file;
  return {{"at", file.substr(file.rfind('/') + 1) + ':' + std::to_string(line.at.line)},
          {"memory", line.memory == simt::Memory::global ? "global" : "shared"},
          {"access", name_of(line.access)},
          {"requests", line.requests},
          {"bytes", line.bytes},
          {"sectors", line.sectors},
          {"passes", line.passes},
          {"least_passes", line.least_passes},
          {"ways", line.ways}};
}

}  // namespace

void count_accesses(bool on) { simt::count_accesses(on); }

nlohmann::json take_counts() {
  nlohmann::json kernels = nlohmann::json::array();
  for (const simt::KernelCounts& kernel : simt::take_counts()) {
    nlohmann::json lines = nlohmann::json::array();
    for (const simt::LineCounts& line : kernel.lines) lines.push_back(json_of(line));
    kernels.push_back({{"kernel", kernel.kernel}, {"launches", kernel.launches}, {"lines", lines}});
  }
  return kernels;
}

}  // namespace tinytorch::course
