#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "core/ops/comparison.h"
#include "core/ops/composite.h"
#include "core/ops/creation.h"
#include "core/ops/math.h"

/// Reductions that are made of others, written once for Tensor and Variable.
namespace tinytorch {

namespace detail {
/// @throws DTypeError  x is not floating. ValueError  it is undefined
void require_real(const char* op, const Tensor& x);
/// How many elements of the shape one element of a reduction over the axes stands for.
std::int64_t reduced_count(const Shape& shape, const Axes& axes);
/// m where it is finite, else 0.
Tensor finite_or_zero(const Tensor& m);

/// f(x), but a constant 0 where x is 0: for functions whose derivative is infinite there.
template <TensorLike T, class F>
T zero_at_zero(const T& x, const F& f) {
  const Tensor zero = x == 0;
  return where(zero, T(zeros_like(x)), f(where(zero, T(ones_like(x)), x)));
}

/// The p-th root of the sum of |x|^p.
template <TensorLike T>
T power_norm(const T& x, double p, const Axes& axes, bool keepdim) {
  const T magnitudes = abs(x);
  const auto power = [p](const T& a) { return pow(a, T(p)); };
  const T powers = p > 0 ? zero_at_zero(magnitudes, power) : power(magnitudes);
  const T total = sum(powers, axes, keepdim);
  return zero_at_zero(total, [p](const T& t) { return pow(t, T(1 / p)); });
}
}  // namespace detail

/// The mean squared distance from the mean over the axes (all where none are given), with count - correction
/// in place of the count: 1 for a sample's estimate, 0 for the elements' own. Two passes, so nothing is lost
/// to a large mean. NaN where that is 0 or less and the elements are equal, as in PyTorch; else inf.
/// @throws DTypeError  x is not floating. ShapeError  no such axis, or one named twice
template <TensorLike T>
T var(const T& x, const Axes& axes = {}, bool keepdim = false, double correction = 1) {
  detail::require_real("var", value_of(x));
  const Axes reduced = normalize_axes("var", axes, x.rank());
  const auto count = static_cast<double>(detail::reduced_count(x.shape(), reduced));
  return sum(square(x - mean(x, reduced, true)), reduced, keepdim) / std::max(0.0, count - correction);
}

/// The square root of var(). The gradient is 0 where it is 0, as in PyTorch.
/// @throws as var()
template <TensorLike T>
T stddev(const T& x, const Axes& axes = {}, bool keepdim = false, double correction = 1) {
  detail::require_real("stddev", value_of(x));
  return detail::zero_at_zero(var(x, axes, keepdim, correction), [](const T& v) { return sqrt(v); });
}

/// log(sum(exp(x))) over the axes, shifted by the maximum so that it does not overflow; -inf over no
/// elements, or only -inf; inf where there is one and no NaN. The gradient is NaN over only -inf and at an
/// inf, as in PyTorch.
/// @throws DTypeError  x is not floating. ShapeError  no such axis, or one named twice
template <TensorLike T>
T logsumexp(const T& x, const Axes& axes = {}, bool keepdim = false) {
  detail::require_real("logsumexp", value_of(x));
  const Axes reduced = normalize_axes("logsumexp", axes, x.rank());
  if (x.numel() == 0) return log(sum(exp(x), reduced, keepdim));
  const Tensor shift = detail::finite_or_zero(max(value_of(x), reduced, true));
  return log(sum(exp(x - T(shift)), reduced, keepdim)) +
         T(reshape(shift, reduced_shape(x.shape(), reduced, keepdim)));
}

/// The p-norm over the axes (all where none are given): (sum |x|^p)^(1/p); for p = inf (-inf) the largest
/// (smallest) |x|, for 0 the number of elements that are not zero (NaN stays NaN). Powers are taken in x's
/// type. The gradient is 0 where all elements are 0, and for p < 2 at an element that is.
/// @throws DTypeError  x is not floating. ShapeError  no such axis, or one named twice; no elements and p =
/// +-inf
template <TensorLike T>
T norm(const T& x, double p = 2, const Axes& axes = {}, bool keepdim = false) {
  detail::require_real("norm", value_of(x));
  if (std::isinf(p)) return p > 0 ? max(abs(x), axes, keepdim) : min(abs(x), axes, keepdim);
  if (p == 0) return sum(square(sign(x)), axes, keepdim);
  if (p == 1) return sum(abs(x), axes, keepdim);
  if (p == 2) return detail::zero_at_zero(sum(square(x), axes, keepdim), [](const T& t) { return sqrt(t); });
  return detail::power_norm(x, p, axes, keepdim);
}

}  // namespace tinytorch
