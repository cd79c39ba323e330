#pragma once

#include <tinytorch/tinytorch.h>

#include <cstdint>
#include <memory>
#include <string>

/// Writes the tokenizer to a file in the directory, which it creates, and reads it.
void save_tokenizer(const tinytorch::nn::Tokenizer& tokenizer, const std::string& directory);
std::unique_ptr<tinytorch::nn::Tokenizer> load_tokenizer(const std::string& directory,
                                                         std::int64_t vocabulary);
/// By this a checkpoint knows the file that belongs to it.
std::string hash_of_tokenizer(const std::string& directory, std::int64_t vocabulary);
