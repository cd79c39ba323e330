#include "kernels/cuda/settings.h"

#include <cstdlib>
#include <string_view>

namespace tinytorch::cuda {

namespace {

bool is_on(const char* variable) {
  const char* const value = std::getenv(variable);
  return value != nullptr && std::string_view(value) == "1";
}

}  // namespace

bool synchronous() {
  static const bool on = is_on("TINYTORCH_SYNC");
  return on;
}

bool allows_tf32() {
  static const bool on = is_on("TINYTORCH_TF32");
  return on;
}

}  // namespace tinytorch::cuda
