#pragma once

namespace simt {

/// A place in the sources. std::source_location is not used, as clang-tidy 14 does not know it.
struct Site {
  const char* file = "";
  unsigned line = 0;

  /// The place of the call; as a default argument, that of the call of the function that has it.
  static constexpr Site current(const char* file = __builtin_FILE(), unsigned line = __builtin_LINE()) {
    return {file, line};
  }
  bool operator==(const Site&) const = default;
};

}  // namespace simt
