#pragma once

#include <tinytorch/tinytorch.h>

#include <memory>
#include <string>

/// The text to learn: a file, or if the path is empty the verses of the King James Bible.
/// @throws std::runtime_error  there is no Bible; the message says what to do
std::string load_corpus(const std::string& path);

/// @param vocabulary  byte pairs to learn from the part to learn; 0: tokens are the characters of the text
std::unique_ptr<tinytorch::nn::Tokenizer> make_tokenizer(const std::string& text, std::int64_t vocabulary);

/// Writes the tokenizer to a file in the directory, which it creates, and reads it.
void save_tokenizer(const tinytorch::nn::Tokenizer& tokenizer, const std::string& directory);
std::unique_ptr<tinytorch::nn::Tokenizer> load_tokenizer(const std::string& directory,
                                                         std::int64_t vocabulary);
/// By this a checkpoint knows the file that belongs to it.
std::string hash_of_tokenizer(const std::string& directory, std::int64_t vocabulary);

/// A text in two parts: the first nine tenths to learn, and the rest to measure.
struct Corpus {
  Corpus(const std::string& text, const tinytorch::nn::Tokenizer& tokenizer);

  tinytorch::Tensor training, held_out;  ///< tokens, i64 [N]
  std::int64_t characters;               ///< in the text
  double characters_per_token;           ///< in the held-out text
};
