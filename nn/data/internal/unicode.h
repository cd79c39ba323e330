#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// What tokenizers know of UTF-8 and of Unicode's characters.
namespace tinytorch::nn {

/// What text[at] begins, in UTF-8.
struct CodePoint {
  char32_t value;    ///< U+FFFD for a byte that begins no character
  std::size_t size;  ///< in bytes; 1 for such a byte
  bool is_valid;
};

/// @param at  less than text.size()
CodePoint code_point_at(std::string_view text, std::size_t at);
void append_utf8(std::string& text, char32_t c);

/// Unicode's general categories L, N and P.
bool is_letter(char32_t c);
bool is_numeric(char32_t c);
bool is_punctuation(char32_t c);
/// Cc, Cf and Co.
bool is_control(char32_t c);
/// Mn: marks that combine with the character before.
bool is_mark(char32_t c);
/// The property White_Space.
bool is_space(char32_t c);
/// Chinese characters, which BERT takes for words.
bool is_ideograph(char32_t c);

/// A character in lower case without its accents: what is left of its decomposition (NFD) without marks.
/// Itself for a character of which more than one is left.
char32_t folded(char32_t c);
/// Appends a character; a Hangul syllable as the letters that it is made of (NFD).
void append_letters(std::string& text, char32_t c);

}  // namespace tinytorch::nn
