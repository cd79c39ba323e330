#pragma once

#include <string>

#include "core/internal/text.h"  // code_point_at()

/// What tokenizers know of UTF-8 and of Unicode's characters.
namespace tinytorch::nn {

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
