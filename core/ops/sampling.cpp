#include "core/ops/sampling.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <span>
#include <vector>

#include "core/ops/arithmetic.h"
#include "core/ops/comparison.h"
#include "core/ops/creation.h"
#include "core/ops/internal/check.h"
#include "core/ops/internal/draw_guard.h"
#include "core/ops/reduction.h"
#include "core/ops/sort.h"

namespace tinytorch {

namespace {

/// The indices of the n smallest keys, in ascending order of the keys; of equal ones the first index first.
std::vector<std::int64_t> indices_of_smallest(const std::vector<double>& keys, std::size_t n) {
  std::vector<std::int64_t> indices(keys.size());
  std::iota(indices.begin(), indices.end(), std::int64_t{0});
  const auto before = [&](std::int64_t a, std::int64_t b) {
    const double x = keys[static_cast<std::size_t>(a)], y = keys[static_cast<std::size_t>(b)];
    return x != y ? x < y : a < b;
  };
  std::partial_sort(indices.begin(), indices.begin() + static_cast<std::ptrdiff_t>(n), indices.end(), before);
  indices.resize(n);
  return indices;
}

/// The cumulative sums of a row's weights.
/// @throws ValueError  a weight is negative or not finite, or the sum is not positive and finite
std::vector<double> cumulative_sums(std::span<const double> weights, std::size_t row) {
  std::vector<double> sums;
  double total = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const double weight = weights[i];
    if (!(weight >= 0) || !std::isfinite(weight)) {
      fail<ValueError>("multinomial", "weight {} of row {} is {}; it must be finite and not negative", i, row,
                       weight);
    }
    sums.push_back(total += weight);
  }
  if (!(total > 0) || !std::isfinite(total)) {
    fail<ValueError>("multinomial", "the weights of row {} sum to {}; the sum must be positive and finite",
                     row, total);
  }
  return sums;
}

void draw_with_replacement(const std::vector<double>& sums, std::span<const double> uniforms,
                           std::vector<std::int64_t>& indices) {
  // A product that was rounded up to the whole sum selects the last index with a positive weight.
  const auto end = std::lower_bound(sums.begin(), sums.end(), sums.back());
  for (const double u : uniforms) {
    const auto found = std::upper_bound(sums.begin(), end, u * sums.back());
    indices.push_back(found - sums.begin());
  }
}

void check_enough(std::span<const double> weights, std::size_t samples, std::size_t row) {
  const auto possible = static_cast<std::size_t>(
      std::count_if(weights.begin(), weights.end(), [](double weight) { return weight > 0; }));
  if (possible >= samples) return;
  fail<ValueError>("multinomial",
                   "row {} has {} positive weights, fewer than {} samples; draw with replacement", row,
                   possible, samples);
}

/// Draws among positive weights only: a tiny weight, too, can have an arrival time of infinity.
void draw_without_replacement(std::span<const double> weights, std::span<const double> uniforms,
                              std::size_t samples, std::vector<std::int64_t>& indices) {
  std::vector<double> arrivals;
  std::vector<std::int64_t> possible;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (!(weights[i] > 0)) continue;
    possible.push_back(static_cast<std::int64_t>(i));
    arrivals.push_back(-std::log1p(-uniforms[i]) / weights[i]);
  }
  for (const std::int64_t first : indices_of_smallest(arrivals, samples))
    indices.push_back(possible[static_cast<std::size_t>(first)]);
}

}  // namespace

Tensor normal(double mean, double deviation, const Shape& shape, Options options, Generator& generator) {
  const OpScope scope("normal");
  if (!(deviation >= 0)) fail<ValueError>("normal", "deviation is {}; it must not be negative", deviation);
  const DrawGuard guard(generator);
  return randn(shape, options, generator) * deviation + mean;
}

Tensor bernoulli(const Tensor& p, Generator& generator) {
  const OpScope scope("bernoulli");
  require_floating("bernoulli", p, "p");
  if (p.numel() > 0) {
    const auto least = min(p).item<double>(), most = max(p).item<double>();
    if (!(least >= 0 && most <= 1))
      fail<ValueError>("bernoulli", "probabilities are {} to {}; they must be in [0, 1]", least, most);
  }
  const DrawGuard guard(generator);
  return (rand(p.shape(), {.dtype = DType::f32, .device = p.device()}, generator) < p).to(p.dtype());
}

Tensor multinomial(const Tensor& weights, std::int64_t samples, bool replacement, Generator& generator) {
  const OpScope scope("multinomial");
  require_floating("multinomial", weights, "weights");
  if (weights.rank() == 0)
    fail<ShapeError>("multinomial", "takes weights [..., n], not a 0-dimensional tensor");
  if (samples < 1) fail<ValueError>("multinomial", "samples is {}; it must be positive", samples);
  Shape shape = weights.shape();
  const auto n = static_cast<std::size_t>(shape[shape.size() - 1]),
             per_row = static_cast<std::size_t>(samples);
  shape[shape.size() - 1] = samples;
  const std::int64_t numel = checked_numel("multinomial", shape);
  const auto rows = static_cast<std::size_t>(numel) / per_row;
  const std::vector<double> weight = weights.to_vector<double>();
  std::vector<std::vector<double>> sums;
  for (std::size_t row = 0; row < rows; ++row) {
    const auto of_row = std::span(weight).subspan(row * n, n);
    sums.push_back(cumulative_sums(of_row, row));
    if (!replacement) check_enough(of_row, per_row, row);
  }
  const DrawGuard guard(generator);
  const std::int64_t drawn = replacement ? numel : weights.numel();
  const std::vector<double> uniform = rand({drawn}, {.dtype = DType::f64}, generator).to_vector<double>();
  const std::size_t each = replacement ? per_row : n;
  std::vector<std::int64_t> result;
  result.reserve(static_cast<std::size_t>(numel));
  for (std::size_t row = 0; row < rows; ++row) {
    const auto of_row = std::span(weight).subspan(row * n, n);
    const auto uniforms = std::span(uniform).subspan(row * each, each);
    if (replacement) {
      draw_with_replacement(sums[row], uniforms, result);
    } else {
      draw_without_replacement(of_row, uniforms, per_row, result);
    }
  }
  return from_values(result, shape, weights.device());
}

Tensor permutation(std::int64_t n, Options options, Generator& generator) {
  const OpScope scope("permutation");
  if (n < 0) fail<ValueError>("permutation", "n is {}; it must not be negative", n);
  const DType dtype = options.dtype.value_or(DType::i64);
  if (!is_integer(dtype))
    fail<DTypeError>("permutation", "makes integer tensors, but {} was asked for", dtype);
  if (dtype != DType::i64 && n > (dtype == DType::u8 ? 1ll << 8 : 1ll << 31))
    fail<DTypeError>("permutation", "{} cannot hold the integers up to {}", dtype, n - 1);
  const DrawGuard guard(generator);
  const Tensor keys = randint(0, std::numeric_limits<std::int64_t>::max(), {n}, {}, generator);
  const Tensor order = argsort(keys);
  return order.to({.dtype = dtype, .device = options.device.value_or(Device::cpu())});
}

}  // namespace tinytorch
