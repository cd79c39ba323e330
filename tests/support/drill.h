#pragma once

#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace tinytorch::testing {

/// Whether drills may take minutes: TINYTORCH_DRILL=long, as `./tito drill --long` sets it.
inline bool is_long_drill() {
  const char* const value = std::getenv("TINYTORCH_DRILL");
  return value != nullptr && std::string_view(value) == "long";
}

/// How many of the possible failures a short drill makes. What they leave behind is AddressSanitizer's part.
#ifdef __SANITIZE_THREAD__
constexpr std::uint64_t kShortDrill = 3;
#else
constexpr std::uint64_t kShortDrill = 12;
#endif

}  // namespace tinytorch::testing
