#pragma once

namespace simt {

/// A source location. std::source_location is not used, because clang-tidy 14 does not know it.
struct Site {
  const char* file = "";
  unsigned line = 0;

  /// The location of the call. As a default argument: of the call of the function that has the argument.
  static constexpr Site current(const char* file = __builtin_FILE(), unsigned line = __builtin_LINE()) {
    return {file, line};
  }
  bool operator==(const Site&) const = default;
};

}  // namespace simt
