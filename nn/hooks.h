#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "core/hook.h"
#include "nn/models/sampling.h"
#include "nn/train/timing.h"

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

/// percentile() of nn/train/timing.h, of at least one time and p in [0, 100].
extern Hook<double(std::span<const double> times, double p)> percentile;
/// compare_times() of nn/train/timing.h, of pairs of positive times, at least one.
extern Hook<TimeComparison(std::span<const double> before, std::span<const double> after)> compare_times;

/// A parameter of a model.
struct ParameterSize {
  const void* identity;  ///< the same where layers share the parameter
  std::int64_t numel;
};
/// The number of elements of all parameters, those that layers share once: the total of Module::summary().
extern Hook<std::int64_t(std::span<const ParameterSize> parameters)> parameter_count;

/// The keys and values of the steps so far, of one head of one sequence: [steps, width].
struct HeadCache {
  std::vector<float> keys, values;
};
/// Appends the key and the value of a step to the cache, and sets y to the attention of its query to all
/// steps in it. A causal attention layer with a KeyValueCache calls it for f32 on the CPU. Empty without a
/// plug-in.
extern Hook<void(HeadCache& cache, std::span<const float> query, std::span<const float> key,
                 std::span<const float> value, double scale, std::span<float> y)>
    attend_cached;

/// What a Trainer knows of its validations.
struct EarlyStopping {
  std::int64_t patience;  ///< validations without an improvement that end the run; 0: none does
  double best;            ///< the lowest loss so far
  std::int64_t bad;       ///< validations since then
};
/// Counts a validation, the second of a Trainer or a later one, in `state`.
/// @param loss  the one of the validation; or its metric, negated if a larger one is better; infinite for NaN
/// @return      whether the run ends
extern Hook<bool(EarlyStopping& state, double loss)> early_stopping;

/// The fraction of rows of f32 logits [N, classes] whose largest is that of their target: a batch of
/// Accuracy. Empty without a plug-in.
extern Hook<double(std::span<const float> logits, std::span<const std::int64_t> target, std::size_t classes)>
    accuracy;

/// The population stability index of a feature (Siddiqi 2006): how far its current values are distributed
/// differently from those of the reference, Σ (q - p) log(q / p) over their shares p and q of each bin. Edges
/// in ascending order belong to the bin above them; NaN has a bin of its own; a share is 0.0001 at least.
/// There is at least one value of each.
extern Hook<double(std::span<const float> reference, std::span<const float> current,
                   std::span<const float> edges)>
    stability_index;

/// A request that a model has served.
struct ServedRequest {
  double latency;
  bool failed;
};
/// What requests have in common; NaN where it is not known, as without requests.
struct ServingSummary {
  std::size_t count;
  double mean;        ///< of the latencies, as all up to p95; NaN if one is
  double variance;    ///< with count - 1
  double p95;         ///< the least latency that at least 95 % of them do not exceed
  double error_rate;  ///< the share of the requests that failed
};
extern Hook<ServingSummary(std::span<const ServedRequest> requests)> serving_summary;

}  // namespace tinytorch::nn::hooks
