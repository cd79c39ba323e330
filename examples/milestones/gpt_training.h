#pragma once

#include <tinytorch/tinytorch.h>

#include <cstdint>
#include <memory>
#include <string>

#include "examples/common/program.h"

namespace milestones {

struct GptSizes {
  std::int64_t vocabulary = 512;  ///< bytes, and pairs of them
  std::int64_t context = 64, width = 64, heads = 4, layers = 2;
  std::int64_t batch = 8;    ///< windows of a step
  std::int64_t steps = 250;  ///< to train
};

/// A small GPT in training on byte pairs of a text. First weights and batches depend on the seed alone: so
/// runs on different plug-ins have the same losses, but for rounding.
class GptTraining {
 public:
  /// @throws std::runtime_error  the text is too short
  GptTraining(const std::string& text, const GptSizes& sizes, const examples::Program& program);
  GptTraining(const GptTraining&) = delete;  // the schedule refers to the optimizer
  GptTraining& operator=(const GptTraining&) = delete;

  /// Trains on random windows of the text's first nine tenths.
  /// @return  their loss
  double step();
  /// The loss on the held-out text, in bits a character.
  double held_out_bits() const;
  /// What the last tenth of the text begins with.
  const std::string& held_out_text() const { return held_out_text_; }
  /// The prompt and what the model continues it with.
  std::string write(const std::string& prompt, std::int64_t tokens);
  /// How many numbers it learns.
  std::int64_t parameters() const;

 private:
  /// [n, length] and what follows each token, [n, length].
  struct Windows {
    tinytorch::Tensor tokens, next;
  };
  Windows draw_windows();
  tinytorch::Variable loss_of(const Windows& windows) const;

  GptSizes sizes_;
  tinytorch::Device device_;
  tinytorch::Generator generator_;
  std::unique_ptr<tinytorch::nn::Tokenizer> tokenizer_;
  tinytorch::Tensor training_;  // tokens
  Windows held_out_;
  std::string held_out_text_;  // of the tokens that are predicted
  tinytorch::nn::GPT model_;
  tinytorch::nn::AdamW optimizer_;
  tinytorch::nn::CosineSchedule schedule_;
};

}  // namespace milestones
