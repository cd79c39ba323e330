#include "core/ops/internal/quantile.h"

#include <limits>

#include "core/ops/comparison.h"
#include "core/ops/copy.h"
#include "core/ops/creation.h"
#include "core/ops/math.h"
#include "core/ops/sort_kernels.h"

namespace tinytorch {

namespace {

Tensor median_of_all(const char* op, const Tensor& x, bool ignores_nan) {
  require_defined(op, x);
  if (x.numel() == 0 && is_floating(x.dtype())) {
    return full({}, std::numeric_limits<double>::quiet_NaN(), {.dtype = x.dtype(), .device = x.device()});
  }
  return detail::median_along(op, reshape(x, {x.numel()}), 0, false, ignores_nan).values;
}

/// The number of elements along an axis that are not NaN.
Tensor count_numbers(const Tensor& x, int axis) { return sum(x == x, {axis}, true); }

}  // namespace

Tensor median(const Tensor& x) { return median_of_all("median", x, false); }
Tensor nanmedian(const Tensor& x) { return median_of_all("nanmedian", x, true); }

namespace detail {

Tensor order_statistics(const Tensor& x, const Tensor& ranks) {
  Tensor indices = empty(ranks.shape(), {.dtype = DType::i64, .device = x.device()});
  if (indices.numel() > 0) kernels::order_statistics(contiguous(x), contiguous(ranks), indices);
  return indices;
}

Tensor median_indices(const char* op, const Tensor& x, int axis, bool ignores_nan) {
  require_elements(op, x.shape(), {axis});
  const Tensor rows = movedim(x, axis, -1);
  const std::int64_t n = x.shape()[axis], middle = (n - 1) / 2;
  Tensor rank = full(reduced_shape(rows.shape(), {rows.rank() - 1}, true), middle,
                     {.dtype = DType::i64, .device = x.device()});
  if (is_floating(x.dtype())) {
    // NaNs are at the end.
    const Tensor numbers = count_numbers(rows, -1);
    rank = ignores_nan ? floor_divide(clamp_min(numbers - 1, 0), 2) : where(numbers == n, middle, numbers);
  }
  return movedim(order_statistics(rows, rank), -1, axis);
}

namespace {

[[noreturn]] void fail_quantile(const char* op, double q) {
  fail<ValueError>(op, "q is {}; it must be in [0, 1]", q);
}

}  // namespace

Tensor checked_quantiles(const char* op, const Tensor& x, double q) {
  require_floating(op, x);
  if (!(q >= 0 && q <= 1)) fail_quantile(op, q);
  return full({}, q, {.dtype = DType::f64, .device = x.device()});
}

Tensor checked_quantiles(const char* op, const Tensor& x, const Tensor& q) {
  require_floating(op, x);
  require_defined(op, q, "q");
  if (!is_floating(q.dtype())) {
    fail<DTypeError>(op, "q is {}; wanted floating numbers, so convert it with .to(DType::f32)", q.dtype());
  }
  if (q.rank() > 1) fail<ShapeError>(op, "q is {}; it must have one axis at most", q.shape());
  const Device device = common_device(op, {"x", x}, {"q", q});
  Tensor ordinary = q.to({.dtype = q.dtype(), .device = device});
  if (q.numel() > 0) {
    const Tensor flat = reshape(ordinary, {q.numel()}),
                 outside = logical_not(logical_and(flat >= 0, flat <= 1));
    const auto [is_outside, index] = max_with_indices(outside, 0);
    if (is_outside.item<bool>()) {
      fail_quantile(op, select(flat, 0, index.item<std::int64_t>()).to(DType::f64).item<double>());
    }
  }
  return ordinary;
}

namespace {

/// q * (n - 1) for each row of n numbers, [..., k]; the index of a NaN where one of them counts.
Tensor exact_ranks(const Tensor& rows, const Quantiles& quantiles) {
  constexpr std::int64_t kExactInF32 = std::int64_t{1} << 24;
  const std::int64_t n = rows.shape().back();
  const Tensor q = reshape(n > kExactInF32 ? quantiles.q.to(DType::f64) : quantiles.q, {quantiles.q.numel()});
  const Tensor numbers = count_numbers(rows, -1);
  if (quantiles.ignores_nan) return q * clamp_min(numbers - 1, 0);
  return where(numbers == n, q * (n - 1), n - 1);
}

/// The ranks of the lower elements, of the upper ones if they are needed, and the weights of these.
struct QuantileRanks {
  Tensor lower, upper, weight;
};

QuantileRanks quantile_ranks(const Tensor& rows, const Quantiles& quantiles) {
  const Tensor ranks = exact_ranks(rows, quantiles);
  const auto at = [](const Tensor& whole) { return whole.to(DType::i64); };
  switch (quantiles.interpolation) {
    case QuantileInterpolation::lower:
      return {at(floor(ranks)), {}, {}};
    case QuantileInterpolation::higher:
      return {at(ceil(ranks)), {}, {}};
    case QuantileInterpolation::nearest:
      return {at(round(ranks)), {}, {}};
    case QuantileInterpolation::midpoint:
      return {at(floor(ranks)), at(ceil(ranks)),
              full({}, 0.5, {.dtype = DType::f64, .device = rows.device()})};
    case QuantileInterpolation::linear:
      break;
  }
  const Tensor lower = floor(ranks);
  return {at(lower), at(ceil(ranks)), (ranks - lower).to(DType::f64)};
}

}  // namespace

QuantileElements quantile_elements(const Tensor& rows, const Quantiles& quantiles) {
  const auto [lower, upper, weight] = quantile_ranks(rows, quantiles);
  if (!upper.defined()) return {order_statistics(rows, lower), {}, {}};
  const Tensor both = order_statistics(rows, concat({lower, upper}, -1));
  const std::int64_t k = lower.shape().back();
  return {slice(both, -1, 0, k), slice(both, -1, k), weight};
}

}  // namespace detail

TINYTORCH_INSTANTIATE_QUANTILE(Tensor)

}  // namespace tinytorch
