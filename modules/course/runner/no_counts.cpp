// For programs in which the compiler does not tell the accesses of kernels.
#include <nlohmann/json.hpp>

#include "modules/course/runner/device.h"

namespace tinytorch::course {

void count_accesses(bool /*on*/) {}

nlohmann::json take_counts() { return nlohmann::json::array(); }

}  // namespace tinytorch::course
