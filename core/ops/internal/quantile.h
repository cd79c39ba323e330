#pragma once

#include "core/op_scope.h"
#include "core/ops/internal/reduction.h"
#include "core/ops/quantile.h"
#include "core/ops/rearrange.h"

// Internal: the definitions of the medians along an axis and of the quantiles. core/ops/quantile.cpp
// instantiates them for Tensor, autograd/rules/quantile.cpp for Variable.
namespace tinytorch {

namespace detail {

/// The index of each median along an axis of 0 ... rank-1, with keepdim.
/// @throws ShapeError  the axis has length 0
Tensor median_indices(const char* op, const Tensor& x, int axis, bool ignores_nan);

template <TensorLike T>
Chosen<T> median_along(const char* op, const T& x, int axis, bool keepdim, bool ignores_nan) {
  const OpScope scope(op);
  require_defined(op, value_of(x));
  const int along = normalize_axis(op, axis, x.rank());
  return choose(x, along, median_indices(op, value_of(x), along, ignores_nan), keepdim);
}

/// The arguments of a quantile besides x.
struct Quantiles {
  const char* op;
  Tensor q;  ///< [] or [k], on x's device
  QuantileInterpolation interpolation;
  bool ignores_nan;
};

/// q as a tensor on x's device. @throws as quantile()
Tensor checked_quantiles(const char* op, const Tensor& x, double q);
Tensor checked_quantiles(const char* op, const Tensor& x, const Tensor& q);

/// The indices in each row of the elements between which the quantiles are, [..., k], and the weights of the
/// upper ones in f64; these are undefined if the quantiles are the lower ones.
struct QuantileElements {
  Tensor lower, upper, weight;
};
QuantileElements quantile_elements(const Tensor& rows, const Quantiles& quantiles);

/// a + w * (b - a) for a <= b, computed in f64 and rounded once. It adds half of the distance twice, because
/// the whole one may be infinite.
template <TensorLike T>
T interpolated(const T& a, const T& b, const Tensor& weight) {
  const T from = a.to(DType::f64);
  const T half = where(isinf(value_of(a)), T(0), b.to(DType::f64) * 0.5 - from * 0.5) * T(weight);
  return (from + half + half).to(a.dtype());
}

/// The quantiles of rows, [..., k].
template <TensorLike T>
T quantiles_of_rows(const T& rows, const Quantiles& quantiles) {
  const auto [lower, upper, weight] = quantile_elements(value_of(rows), quantiles);
  const int last = rows.rank() - 1;
  T a = gather_unchecked(rows, IndexMap{last, lower});
  if (!weight.defined()) return a;
  const T b = gather_unchecked(rows, IndexMap{last, upper});
  return interpolated(a, b, weight);
}

template <TensorLike T>
T quantiles_along(const T& x, const Quantiles& quantiles, std::optional<int> axis, bool keepdim) {
  if (!axis) {
    const T flat = quantiles_along(reshape(x, {x.numel()}), quantiles, 0, false);
    return keepdim ? reshape(flat, joined(flat.shape(), Dims::filled(x.rank(), 1))) : flat;
  }
  const int along = normalize_axis(quantiles.op, *axis, x.rank());
  require_elements(quantiles.op, x.shape(), {along});
  return reshape(movedim(quantiles_of_rows(movedim(x, along, -1), quantiles), -1, 0),
                 joined(quantiles.q.shape(), reduced_shape(x.shape(), {along}, keepdim)));
}

/// @param q  a double or a Tensor
template <TensorLike T, class Q>
T quantile(const char* op, const T& x, const Q& q, std::optional<int> axis, bool keepdim,
           QuantileInterpolation interpolation, bool ignores_nan) {
  const OpScope scope(op);
  const Quantiles quantiles{op, checked_quantiles(op, value_of(x), q), interpolation, ignores_nan};
  return quantiles_along(x, quantiles, axis, keepdim);
}

}  // namespace detail

template <TensorLike T>
Chosen<T> median(const T& x, int axis, bool keepdim) {
  return detail::median_along("median", x, axis, keepdim, false);
}
template <TensorLike T>
Chosen<T> nanmedian(const T& x, int axis, bool keepdim) {
  return detail::median_along("nanmedian", x, axis, keepdim, true);
}

template <TensorLike T>
T quantile(const T& x, double q, std::optional<int> axis, bool keepdim, QuantileInterpolation interpolation) {
  return detail::quantile("quantile", x, q, axis, keepdim, interpolation, false);
}
template <TensorLike T>
T quantile(const T& x, const Tensor& q, std::optional<int> axis, bool keepdim,
           QuantileInterpolation interpolation) {
  return detail::quantile("quantile", x, q, axis, keepdim, interpolation, false);
}

template <TensorLike T>
T nanquantile(const T& x, double q, std::optional<int> axis, bool keepdim,
              QuantileInterpolation interpolation) {
  return detail::quantile("nanquantile", x, q, axis, keepdim, interpolation, true);
}
template <TensorLike T>
T nanquantile(const T& x, const Tensor& q, std::optional<int> axis, bool keepdim,
              QuantileInterpolation interpolation) {
  return detail::quantile("nanquantile", x, q, axis, keepdim, interpolation, true);
}

}  // namespace tinytorch

/// The templates of core/ops/quantile.h for one of Tensor and Variable.
#define TINYTORCH_INSTANTIATE_QUANTILE(T)                                                        \
  template Chosen<T> median(const T&, int, bool);                                                \
  template Chosen<T> nanmedian(const T&, int, bool);                                             \
  template T quantile(const T&, double, std::optional<int>, bool, QuantileInterpolation);        \
  template T quantile(const T&, const Tensor&, std::optional<int>, bool, QuantileInterpolation); \
  template T nanquantile(const T&, double, std::optional<int>, bool, QuantileInterpolation);     \
  template T nanquantile(const T&, const Tensor&, std::optional<int>, bool, QuantileInterpolation);
