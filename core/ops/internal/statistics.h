#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "core/op_scope.h"
#include "core/ops/comparison.h"
#include "core/ops/composite.h"
#include "core/ops/creation.h"
#include "core/ops/internal/check.h"
#include "core/ops/math.h"
#include "core/ops/statistics.h"

// Internal: the definitions of the statistics. core/ops/statistics.cpp instantiates them for Tensor,
// autograd/rules/statistics.cpp for Variable.
namespace tinytorch {

namespace detail {

/// The number of elements of the shape that a reduction over the axes combines into one.
std::int64_t reduced_numel(const Shape& shape, const Axes& axes);
/// m where it is finite, else 0.
Tensor finite_or_zero(const Tensor& m);

/// f(x), but a constant 0 where x is 0: for functions whose derivative is infinite there.
template <TensorLike T, class F>
T zero_at_zero(const T& x, const F& f) {
  const Tensor zero = x == 0;
  return where(zero, T(zeros_like(x)), f(where(zero, T(ones_like(x)), x)));
}

/// sqrt(x), with a derivative of 0 at 0.
template <TensorLike T>
T safe_sqrt(const T& x) {
  return zero_at_zero(x, [](const T& t) { return sqrt(t); });
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

template <TensorLike T>
T nanmean(const T& x, const Axes& axes, bool keepdim) {
  const OpScope scope("nanmean");
  const Tensor& elements = value_of(x);
  require_floating("nanmean", elements);
  const Axes reduced = normalize_axes("nanmean", axes, x.rank());
  return nansum(x, reduced, keepdim) / T(sum(elements == elements, reduced, keepdim));
}

template <TensorLike T>
T var(const T& x, const Axes& axes, bool keepdim, double correction) {
  const OpScope scope("var");
  require_floating("var", value_of(x));
  const Axes reduced = normalize_axes("var", axes, x.rank());
  const auto n = static_cast<double>(detail::reduced_numel(x.shape(), reduced));
  return sum(square(x - mean(x, reduced, true)), reduced, keepdim) / std::max(0.0, n - correction);
}

template <TensorLike T>
T stddev(const T& x, const Axes& axes, bool keepdim, double correction) {
  const OpScope scope("stddev");
  require_floating("stddev", value_of(x));
  return detail::safe_sqrt(var(x, axes, keepdim, correction));
}

template <TensorLike T>
T logsumexp(const T& x, const Axes& axes, bool keepdim) {
  const OpScope scope("logsumexp");
  require_floating("logsumexp", value_of(x));
  const Axes reduced = normalize_axes("logsumexp", axes, x.rank());
  if (x.numel() == 0) return log(sum(exp(x), reduced, keepdim));
  const Tensor shift = detail::finite_or_zero(max(value_of(x), reduced, true));
  return log(sum(exp(x - T(shift)), reduced, keepdim)) +
         T(reshape(shift, reduced_shape(x.shape(), reduced, keepdim)));
}

template <TensorLike T>
T norm(const T& x, double p, const Axes& axes, bool keepdim) {
  const OpScope scope("norm");
  require_floating("norm", value_of(x));
  if (std::isinf(p)) return p > 0 ? max(abs(x), axes, keepdim) : min(abs(x), axes, keepdim);
  if (p == 0) return sum(square(sign(x)), axes, keepdim);
  if (p == 1) return sum(abs(x), axes, keepdim);
  if (p == 2) return detail::safe_sqrt(sum(square(x), axes, keepdim));
  return detail::power_norm(x, p, axes, keepdim);
}

}  // namespace tinytorch

/// Instantiates all of them for T.
#define TINYTORCH_INSTANTIATE_STATISTICS(T)               \
  template T nanmean(const T&, const Axes&, bool);        \
  template T var(const T&, const Axes&, bool, double);    \
  template T stddev(const T&, const Axes&, bool, double); \
  template T logsumexp(const T&, const Axes&, bool);      \
  template T norm(const T&, double, const Axes&, bool);
