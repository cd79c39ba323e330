#pragma once

#include <string>
#include <string_view>

// Internal: names that files contain, which can be any bytes.
namespace tinytorch {

/// Whether the text is valid UTF-8 (RFC 3629): no overlong forms, no surrogates.
bool is_utf8(std::string_view text);

/// The text on one line, for messages and terminals: control characters and what is not UTF-8 become \xNN.
/// What is beyond `longest` bytes becomes "...".
std::string printable(std::string_view text, std::size_t longest = 100);

}  // namespace tinytorch
