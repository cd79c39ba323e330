#pragma once

#include <cstddef>
#include <string>
#include <string_view>

// Internal: UTF-8, in the names and texts of files, which can be any bytes.
namespace tinytorch {

/// A character of a text in UTF-8.
struct CodePoint {
  char32_t value;    ///< U+FFFD for a byte that begins no character
  std::size_t size;  ///< in bytes; 1 for such a byte
  bool is_valid;
};

/// What text[at] begins.
/// @param at  less than text.size()
CodePoint code_point_at(std::string_view text, std::size_t at);

/// Whether the text is valid UTF-8 (RFC 3629): no overlong forms, no surrogates.
bool is_utf8(std::string_view text);

/// The text on one line, for messages and terminals: control characters and what is not UTF-8 become \xNN.
/// What is beyond `longest` bytes becomes "...".
std::string printable(std::string_view text, std::size_t longest = 100);

}  // namespace tinytorch
