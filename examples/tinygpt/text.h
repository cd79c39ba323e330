#pragma once

#include <tinytorch/tinytorch.h>

#include <memory>
#include <string>

/// The text to learn: a file, or if the path is empty the verses of the King James Bible.
/// @throws std::runtime_error  there is no Bible; the message says what to do
std::string load_corpus(const std::string& path);

/// What the model reads: characters, or byte pairs that were learned from the training text.
/// @param vocabulary  of byte pairs; 0: characters
std::unique_ptr<tinytorch::nn::Tokenizer> make_tokenizer(const std::string& text, std::int64_t vocabulary);

/// The two parts of a text: the first nine tenths to learn, and the rest to measure.
struct Corpus {
  Corpus(const std::string& text, const tinytorch::nn::Tokenizer& tokenizer);

  tinytorch::Tensor training, held_out;  ///< tokens, i64 [N]
  double characters_per_token;           ///< in the held-out text
};
