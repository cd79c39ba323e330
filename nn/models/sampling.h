#pragma once

#include <cstdint>
#include <optional>

#include "core/ops/random.h"
#include "core/tensor.h"

namespace tinytorch::nn {

/// The options of sample_token().
struct SamplingOptions {
  double temperature = 1;                  ///< logits are divided by it; 0: the largest logit is chosen
  std::optional<std::int64_t> top_k = {};  ///< chooses among the k largest logits
  /// chooses among the largest logits whose probabilities add up to top_p (nucleus sampling: Holtzman et al.
  /// 2020); the logit that reaches the sum is among them
  std::optional<double> top_p = {};
};

/// Chooses a token for each row of logits, with the probabilities softmax(logits / temperature). Where both
/// are given, top_p applies to the probabilities of the k largest logits. Of equal logits, the first are
/// preferred. It computes on the host in f64, and waits for the device; a temperature of 0 draws no random
/// numbers.
///
/// ```cpp
/// Generator generator(7);
/// const Tensor logits{{1.0, 3.0, 2.0}, {0.0, 0.0, 9.0}};
/// const Tensor token = nn::sample_token(logits, {.temperature = 0.8, .top_k = 2}, generator);  // i64 [2]
/// const Tensor greedy = nn::sample_token(logits, {.temperature = 0});                          // [1, 2]
/// ```
///
/// @param logits  [..., vocabulary], floating
/// @return        i64 [...], on the device of the logits
/// @throws ValueError  temperature is negative or not finite, top_k is less than 1, top_p is not in (0, 1],
///                     or a row has NaN, +inf or only -inf
/// @throws DTypeError  the logits are not floating
/// @throws ShapeError  the logits have shape [], or the vocabulary is empty
Tensor sample_token(const Tensor& logits, const SamplingOptions& options = {},
                    Generator& generator = default_generator());

}  // namespace tinytorch::nn
