#include "core/ops/sampling.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <span>
#include <vector>

#include "core/ops/arithmetic.h"
#include "core/ops/comparison.h"
#include "core/ops/copy.h"
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

/// @throws ValueError  says why the weights of a row are none
template <class T>
[[noreturn]] void fail_weights(std::span<const T> weights, std::size_t row, double total) {
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const auto weight = static_cast<double>(weights[i]);
    if (!(weight >= 0) || !std::isfinite(weight)) {
      fail<ValueError>("multinomial", "weight {} of row {} is {}; it must be finite and not negative", i, row,
                       weight);
    }
  }
  fail<ValueError>("multinomial", "the weights of row {} sum to {}; the sum must be positive and finite", row,
                   total);
}

/// The cumulative sums of the weights of some rows at once, as each addition waits for the one before it in
/// its row.
template <class T>
class CumulativeSums {
 public:
  static constexpr std::size_t kRows = 4;

  explicit CumulativeSums(std::size_t n) : n_(n), sums_(kRows * n) {}

  /// Computes those of `rows` (at most kRows) rows, of which the first is `first_row`.
  /// @throws ValueError  a weight is negative or not finite, or a sum is not positive and finite
  void compute(std::span<const T> weights, std::size_t rows, std::size_t first_row) {
    std::array<const T*, kRows> row;
    for (std::size_t r = 0; r < kRows; ++r) row[r] = weights.data() + std::min(r, rows - 1) * n_;
    std::array<double, kRows> total{};
    std::array<bool, kRows> has_negative{};
    for (std::size_t i = 0; i < n_; ++i) {
      for (std::size_t r = 0; r < kRows; ++r) {
        const auto weight = static_cast<double>(row[r][i]);
        has_negative[r] |= weight < 0;
        sums_[r * n_ + i] = total[r] += weight;
      }
    }
    for (std::size_t r = 0; r < rows; ++r) {
      if (has_negative[r] || !(total[r] > 0) || !std::isfinite(total[r]))
        fail_weights(std::span(row[r], n_), first_row + r, total[r]);
    }
  }

  /// Those of the r-th row.
  std::span<const double> operator[](std::size_t r) const { return std::span(sums_).subspan(r * n_, n_); }

 private:
  std::size_t n_;
  std::vector<double> sums_;
};

void draw_with_replacement(std::span<const double> sums, std::span<const double> uniforms,
                           std::int64_t* indices) {
  // A product that was rounded up to the whole sum selects the last index with a positive weight.
  const auto end = std::lower_bound(sums.begin(), sums.end(), sums.back());
  for (const double u : uniforms)
    *indices++ = std::upper_bound(sums.begin(), end, u * sums.back()) - sums.begin();
}

template <class T>
void check_enough(std::span<const T> weights, std::size_t samples, std::size_t row) {
  const auto possible = static_cast<std::size_t>(
      std::count_if(weights.begin(), weights.end(), [](T weight) { return weight > 0; }));
  if (possible >= samples) return;
  fail<ValueError>("multinomial",
                   "row {} has {} positive weights, fewer than {} samples; draw with replacement", row,
                   possible, samples);
}

/// Draws among positive weights only: a tiny weight, too, can have an arrival time of infinity.
template <class T>
void draw_without_replacement(std::span<const T> weights, std::span<const double> uniforms,
                              std::size_t samples, std::int64_t* indices) {
  std::vector<double> arrivals;
  std::vector<std::int64_t> possible;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (!(weights[i] > 0)) continue;
    possible.push_back(static_cast<std::int64_t>(i));
    arrivals.push_back(-std::log1p(-uniforms[i]) / static_cast<double>(weights[i]));
  }
  for (const std::int64_t first : indices_of_smallest(arrivals, samples))
    *indices++ = possible[static_cast<std::size_t>(first)];
}

/// multinomial() of `rows` rows of n weights. `uniforms` has a number for each sample with replacement, else
/// for each weight.
template <class T>
void draw(std::span<const T> weights, std::size_t rows, std::size_t n, std::span<const double> uniforms,
          bool replacement, std::size_t samples, std::int64_t* indices) {
  CumulativeSums<T> sums(n);
  for (std::size_t first = 0; first < rows; first += CumulativeSums<T>::kRows) {
    const std::size_t at_once = std::min(CumulativeSums<T>::kRows, rows - first);
    sums.compute(weights.subspan(first * n, at_once * n), at_once, first);
    for (std::size_t row = first; row < first + at_once; ++row, indices += samples) {
      const auto of_row = weights.subspan(row * n, n);
      if (replacement) {
        draw_with_replacement(sums[row - first], uniforms.subspan(row * samples, samples), indices);
      } else {
        check_enough(of_row, samples, row);
        draw_without_replacement(of_row, uniforms.subspan(row * n, n), samples, indices);
      }
    }
  }
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
  const auto n = static_cast<std::size_t>(shape.back());
  shape.back() = samples;
  const std::int64_t numel = checked_numel("multinomial", shape);
  const Tensor on_host = contiguous(weights.to(Device::cpu()));
  const DrawGuard guard(generator);
  const Tensor uniforms = rand({replacement ? numel : weights.numel()}, {.dtype = DType::f64}, generator);
  Tensor indices = empty(shape, {.dtype = DType::i64});
  dispatch<FloatingTypes>(weights.dtype(), [&]<class T>() {
    draw(std::span(on_host.data<T>(), static_cast<std::size_t>(on_host.numel())),
         static_cast<std::size_t>(numel / samples), n,
         std::span(uniforms.data<double>(), static_cast<std::size_t>(uniforms.numel())), replacement,
         static_cast<std::size_t>(samples), indices.data<std::int64_t>());
  });
  return indices.to(weights.device());
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
