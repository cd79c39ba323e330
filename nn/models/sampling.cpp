#include "nn/models/sampling.h"

#include <algorithm>
#include <cmath>

#include "core/internal/format.h"
#include "core/ops/activation.h"
#include "core/ops/arithmetic.h"
#include "core/ops/comparison.h"
#include "core/ops/composite.h"
#include "core/ops/copy.h"
#include "core/ops/creation.h"
#include "core/ops/indexing.h"
#include "core/ops/random.h"
#include "core/ops/reduction.h"
#include "core/ops/sampling.h"
#include "core/ops/scan.h"
#include "core/ops/sort.h"
#include "nn/hooks.h"

namespace tinytorch::nn {

namespace {

void check_sampling(const Tensor& logits, const SamplingOptions& options) {
  const auto [temperature, top_k, top_p] = options;
  if (!(temperature >= 0) || !std::isfinite(temperature))
    fail<ValueError>("sample_token", "temperature is {}; it must be finite and not negative", temperature);
  if (top_k && *top_k < 1) fail<ValueError>("sample_token", "top_k is {}; it must be at least 1", *top_k);
  if (top_p && !(*top_p > 0 && *top_p <= 1))
    fail<ValueError>("sample_token", "top_p is {}; it must be above 0 and at most 1", *top_p);
  if (!is_floating(logits.dtype()))
    fail<DTypeError>("sample_token", "the logits are {}; they must be floating", logits.dtype());
  if (logits.rank() == 0 || logits.size(-1) == 0)
    fail<ShapeError>("sample_token", "the logits are {}; wanted [..., vocabulary]", logits.shape());
}

/// Indices along the last axis, drawn with these probabilities.
Tensor drawn(const Tensor& probabilities, Generator& generator) {
  return multinomial(probabilities, 1, true, generator);
}

/// Draws among the k largest logits, or those of them that top_p keeps.
Tensor drawn_from_largest(const Tensor& logits, const SamplingOptions& options, Generator& generator) {
  const std::int64_t all = logits.size(-1);
  const Sorted<Tensor> largest = topk(logits, std::min(options.top_k.value_or(all), all));
  Tensor probabilities = softmax(largest.values);
  if (options.top_p) {
    const Tensor before = cumsum(probabilities, -1) - probabilities;  // the sum of the larger ones
    probabilities = masked_fill(probabilities, before >= *options.top_p, 0.0);
  }
  return gather(largest.indices, -1, drawn(probabilities, generator));
}

/// A token for each row, by a plug-in.
Tensor sampled_by_hook(const Tensor& logits, const SamplingOptions& options, Generator& generator) {
  const Tensor rows = contiguous(logits.to({.dtype = DType::f32, .device = Device::cpu()}));
  Tensor tokens =
      empty(Shape(std::span(rows.shape().begin(), rows.shape().end() - 1)), {.dtype = DType::i64});
  const Tensor uniform = rand(tokens.shape(), {.dtype = DType::f64}, generator);
  const auto vocabulary = static_cast<std::size_t>(rows.size(-1));
  for (std::int64_t i = 0; i < tokens.numel(); ++i) {
    const std::span<const float> row(rows.data<float>() + static_cast<std::size_t>(i) * vocabulary,
                                     vocabulary);
    const std::int64_t token = hooks::sample(row, options, uniform.data<double>()[i]);
    if (token < 0 || token >= rows.size(-1))
      fail<ValueError>("sample_token", "the hook sample gave token {} of {}", token, vocabulary);
    tokens.data<std::int64_t>()[i] = token;
  }
  return tokens.to(logits.device());
}

}  // namespace

constinit Hook<std::int64_t(std::span<const float>, const SamplingOptions&, double)> hooks::sample{"sample",
                                                                                                   nullptr};

Tensor sample_token(const Tensor& logits, const SamplingOptions& options, Generator& generator) {
  check_sampling(logits, options);
  const OpScope scope("sample_token");
  const Tensor largest = max(logits, {-1});
  if (!all(isfinite(largest)).item<bool>())
    fail<ValueError>("sample_token", "a row of the logits has NaN, +inf or only -inf");
  if (hooks::sample) return sampled_by_hook(logits, options, generator);
  if (options.temperature == 0) return argmax(logits, -1);
  const Tensor x = logits.to({.dtype = DType::f64, .device = Device::cpu()});
  // Without the maximum, small temperatures overflow.
  const Tensor scaled = (x - max(x, {-1}, true)) / options.temperature;
  const Tensor token = options.top_k || options.top_p ? drawn_from_largest(scaled, options, generator)
                                                      : drawn(softmax(scaled), generator);
  return squeeze(token, -1).to(logits.device());
}

}  // namespace tinytorch::nn
