#pragma once

#include <cstdlib>
#include <string_view>

namespace tinytorch::testing {

/// Whether drills may take minutes: TINYTORCH_DRILL=long, as `tito drill --long` sets it.
inline bool is_long_drill() {
  const char* const value = std::getenv("TINYTORCH_DRILL");
  return value != nullptr && std::string_view(value) == "long";
}

}  // namespace tinytorch::testing
