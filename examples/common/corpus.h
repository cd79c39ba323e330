#pragma once

#include <tinytorch/tinytorch.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace examples {

/// The text to learn: a file, or if the path is empty the verses of the King James Bible.
/// @throws std::runtime_error  there is no Bible; the message says what to do
std::string load_corpus(const std::string& path);

/// A text in two parts: the first nine tenths to learn, and the rest to measure. They meet at a space or the
/// end of a line, so that no character is divided.
struct TextParts {
  std::string_view training, held_out;
};
TextParts parts_of(std::string_view text);

/// The number of characters of a text in UTF-8.
std::int64_t characters_of(std::string_view text);

/// @param vocabulary  byte pairs to learn from the part to learn; 0: tokens are the characters of the text
std::unique_ptr<tinytorch::nn::Tokenizer> make_tokenizer(const std::string& text, std::int64_t vocabulary);

/// The parts of a text as tokens.
struct Corpus {
  Corpus(const std::string& text, const tinytorch::nn::Tokenizer& tokenizer);

  tinytorch::Tensor training, held_out;  ///< tokens, i64 [N]
  std::int64_t characters;               ///< in the text
  double characters_per_token;           ///< in the held-out text
};

}  // namespace examples
