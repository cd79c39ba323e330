#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "core/op_scope.h"
#include "core/ops/comparison.h"
#include "core/ops/composite.h"
#include "core/ops/creation.h"
#include "core/ops/internal/check.h"
#include "core/ops/internal/reduction.h"
#include "core/ops/math.h"
#include "core/ops/statistics.h"

// Internal: the definitions of the statistics. core/ops/statistics.cpp instantiates them for Tensor,
// autograd/rules/statistics.cpp for Variable.
namespace tinytorch {

namespace detail {

/// The sum of the squared distances from the mean (`centered`) or from 0, divided by `divisor`, or its root.
struct SecondMoment {
  const char* op;
  Axes axes;  ///< normalized
  bool keepdim = false;
  bool centered = false;
  double divisor = 1;
  bool root = false;
  DType dtype = DType::f64;  ///< of the result: x's dtype or f64
};
/// Specialized for Tensor, and for Variable with its gradient.
template <TensorLike T>
T second_moment(const T& x, const SecondMoment& form);

/// The gradient of a second moment, kernels::moment_gradient: center (undefined: 0) and scale are f64 and
/// broadcast to x.
Tensor moment_gradient(const Tensor& x, const Tensor& center, const Tensor& scale);

/// The sum of |x| over normalized axes. Specialized for Tensor and Variable.
template <TensorLike T>
T sum_of_magnitudes(const T& x, const Axes& axes, bool keepdim);

/// m where it is finite, else `otherwise`.
Tensor finite_or(const Tensor& m, double otherwise);

/// f(x), but a constant 0 where x is 0: for functions whose derivative is infinite there.
template <TensorLike T, class F>
T zero_at_zero(const T& x, const F& f) {
  const Tensor zero = x == 0;
  return where(zero, T(zeros_like(x)), f(where(zero, T(ones_like(x)), x)));
}

/// The p-th root of the sum of x^p, for x >= 0.
template <TensorLike T>
T root_of_powers(const T& x, double p, const Axes& axes) {
  const auto power = [p](const T& a) { return pow(a, T(p)); };
  const T powers = p > 0 ? zero_at_zero(x, power) : power(x);
  return zero_at_zero(T(sum(powers, axes, true)), [p](const T& t) { return pow(t, T(1 / p)); });
}

/// The p-norm over normalized axes. Scaled by the element that dominates the sum, no power overflows. The
/// scale is a constant, as the norm is homogeneous.
template <TensorLike T>
T power_norm(const T& x, double p, const Axes& axes, bool keepdim) {
  const T magnitudes = abs(x).to(DType::f64);
  const Tensor& values = value_of(magnitudes);
  Tensor scale(1.0);
  if (x.numel() > 0) {
    const Tensor dominant = p > 0 ? max(values, axes, true) : min(values, axes, true);
    scale = where(dominant == 0, 1, finite_or(dominant, 1));
  }
  const T norms = root_of_powers<T>(magnitudes / T(scale), p, axes) * T(scale);
  return reshape(norms, reduced_shape(x.shape(), axes, keepdim)).to(x.dtype());
}

template <TensorLike T>
T deviation(const char* op, const T& x, const Axes& axes, bool keepdim, double correction, bool root) {
  const OpScope scope(op);
  require_floating(op, value_of(x));
  const Axes reduced = normalize_axes(op, axes, x.rank());
  const double n = reduced_numel(x.shape(), reduced);
  return second_moment(x, {.op = op,
                           .axes = reduced,
                           .keepdim = keepdim,
                           .centered = true,
                           .divisor = std::max(0.0, n - correction),
                           .root = root,
                           .dtype = x.dtype()});
}

/// The 2-norm over normalized axes.
template <TensorLike T>
T euclidean_norm(const T& x, const Axes& axes, bool keepdim, DType dtype) {
  return second_moment(x, {.op = "norm", .axes = axes, .keepdim = keepdim, .root = true, .dtype = dtype});
}

}  // namespace detail

template <TensorLike T>
T nanmean(const T& x, const Axes& axes, bool keepdim) {
  const OpScope scope("nanmean");
  const Tensor& elements = value_of(x);
  require_floating("nanmean", elements);
  const Axes reduced = normalize_axes("nanmean", axes, x.rank());
  const Tensor present = elements == elements;
  const T total = detail::sum_in_f64(T(where(present, x, T(0))), reduced, keepdim);
  return (total / T(sum(present, reduced, keepdim))).to(x.dtype());
}

template <TensorLike T>
T var(const T& x, const Axes& axes, bool keepdim, double correction) {
  return detail::deviation("var", x, axes, keepdim, correction, false);
}

template <TensorLike T>
T stddev(const T& x, const Axes& axes, bool keepdim, double correction) {
  return detail::deviation("stddev", x, axes, keepdim, correction, true);
}

template <TensorLike T>
T logsumexp(const T& x, const Axes& axes, bool keepdim) {
  const OpScope scope("logsumexp");
  require_floating("logsumexp", value_of(x));
  const Axes reduced = normalize_axes("logsumexp", axes, x.rank());
  if (x.numel() == 0) return log(sum(exp(x), reduced, keepdim));
  const Tensor shift = detail::finite_or(max(value_of(x), reduced, true), 0);
  const T total = detail::sum_in_f64(T(exp(x - T(shift))), reduced, keepdim);
  return (log(total) + T(reshape(shift, total.shape()).to(DType::f64))).to(x.dtype());
}

template <TensorLike T>
T norm(const T& x, double p, const Axes& axes, bool keepdim) {
  const OpScope scope("norm");
  require_floating("norm", value_of(x));
  if (std::isinf(p)) return p > 0 ? max(abs(x), axes, keepdim) : min(abs(x), axes, keepdim);
  if (p == 0) return sum(square(sign(x)), axes, keepdim);
  const Axes reduced = normalize_axes("norm", axes, x.rank());
  if (p == 1) return detail::sum_of_magnitudes(x, reduced, keepdim);
  if (p == 2) return detail::euclidean_norm(x, reduced, keepdim, x.dtype());
  return detail::power_norm(x, p, reduced, keepdim);
}

}  // namespace tinytorch

/// Instantiates all of them for T.
#define TINYTORCH_INSTANTIATE_STATISTICS(T)               \
  template T nanmean(const T&, const Axes&, bool);        \
  template T var(const T&, const Axes&, bool, double);    \
  template T stddev(const T&, const Axes&, bool, double); \
  template T logsumexp(const T&, const Axes&, bool);      \
  template T norm(const T&, double, const Axes&, bool);
