#pragma once

#include <string_view>
#include <vector>

namespace simt {

/// A part of a C++ source. Comments, white space and the parts of literals are not tokens.
struct Token {
  enum class Kind : unsigned char { identifier, literal, punctuation };

  Kind kind = Kind::punctuation;
  std::string_view text;  // into the source
  int line = 1;

  bool is(std::string_view other) const { return text == other; }
};

/// The tokens of a source. Punctuation is one character each, but for `::`, `<<<` and `>>>`.
std::vector<Token> tokens_of(std::string_view source);

}  // namespace simt
