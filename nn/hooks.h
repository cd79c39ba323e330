#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "core/hook.h"
#include "nn/models/sampling.h"

/// Functions of the host that a plug-in can replace by its own; see core/plugin.h. The modules of the course
/// do so. A hook that is empty without a plug-in leaves its work to the framework.
namespace tinytorch::nn::hooks {

/// The bound of init::xavier_uniform(), for a gain of 1.
extern Hook<double(double fan_in, double fan_out)> xavier_bound;
/// The standard deviation of init::he_normal().
extern Hook<double(double fan_in)> he_deviation;
/// The learning rate of CosineSchedule.
extern Hook<double(double base, double lowest, std::int64_t step, std::int64_t steps)> cosine_rate;
/// The order of an epoch of RandomSampler: a permutation of 0 to items - 1.
extern Hook<std::vector<std::int64_t>(std::int64_t items, std::uint64_t seed, std::int64_t epoch)> shuffled;
/// The rows of `items` with these indices, in their order, which are in range: a batch of TensorDataset.
/// Empty without a plug-in; an undefined result leaves the batch to the framework.
extern Hook<Tensor(const Tensor& items, std::span<const std::int64_t> indices)> collate;

/// A word of a text as tokens, which are bytes at first: 0 to 255.
struct BytePairWord {
  std::vector<std::int32_t> tokens;
  std::int64_t count;  ///< how often the text has it
};
/// The pairs of tokens that BytePairTokenizer::train() merges, in their order; the first makes token 256, the
/// next 257. Empty without a plug-in.
extern Hook<std::vector<std::pair<std::int32_t, std::int32_t>>(const std::vector<BytePairWord>& words,
                                                               std::size_t most, std::int64_t minimum_count)>
    byte_pairs;

/// The token that sample_token() chooses by the logits of a row, and a random number in [0, 1). Empty without
/// a plug-in.
extern Hook<std::int64_t(std::span<const float> logits, const SamplingOptions& options, double uniform)>
    sample;

}  // namespace tinytorch::nn::hooks
