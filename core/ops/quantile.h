#pragma once

#include <optional>

#include "core/ops/reduction.h"
#include "core/tensor.h"

/// Medians and quantiles of all elements or along an axis, for Tensor and Variable. On the CPU, they select
/// elements of long axes instead of sorting these.
/// Each throws a ValueError if x is undefined, and a ShapeError if the axis is out of range or has length 0.
///
/// ```cpp
/// const Tensor x{{1.0, 5.0, 2.0, 4.0}, {4.0, 0.0, 3.0, 8.0}};
/// const Tensor middle = median(x);                              // 3
/// const Chosen<Tensor> of_rows = median(x, 1);                  // values [2, 3], indices [2, 2]
/// const Tensor third_quartile = quantile(x, 0.75, 1);           // [4.25, 5]
/// const Tensor ends = quantile(x, Tensor{0.0, 1.0}, 1);         // [[1, 0], [5, 8]]
/// ```
namespace tinytorch {

/// The median of all elements, or NaN if any is NaN. As in PyTorch, it is the lower of two middle elements,
/// the median of no floating elements is NaN, and the elements that equal it share the gradient evenly.
/// @throws ShapeError  there are no elements, and x is not floating
Tensor median(const Tensor& x);
/// The median of the elements that are not NaN, otherwise like median(). It is NaN if there are none.
/// @throws as median()
Tensor nanmedian(const Tensor& x);

/// The median along an axis and its index, for every dtype: the lower of two middle elements. If there are
/// NaNs, it is the first of them. Elements are ordered as by sort(), so that of equal elements the index is
/// that of the middle one (in PyTorch any), which gets the gradient.
template <TensorLike T>
Chosen<T> median(const T& x, int axis, bool keepdim = false);
/// The median of the elements that are not NaN along an axis, otherwise like median(). If all are NaN, it is
/// the first.
template <TensorLike T>
Chosen<T> nanmedian(const T& x, int axis, bool keepdim = false);

/// What quantile() computes where the quantile is between two elements a <= b of the sorted axis.
enum class QuantileInterpolation {
  linear,    ///< the linear interpolation a + w * (b - a)
  lower,     ///< a
  higher,    ///< b
  midpoint,  ///< (a + b) / 2
  nearest    ///< the nearer one; in the middle, the one at the even index of the sorted axis
};

/// The q-th quantile along an axis, or without an axis of all elements: the element at index q * (n - 1) of
/// the n sorted elements, interpolated where that is not whole. NaN if any element is NaN. Where the lower of
/// two elements is infinite, it is the linear interpolation (in PyTorch, this can be NaN).
/// @throws DTypeError  x is not floating
/// @throws ValueError  q is not in [0, 1]
template <TensorLike T>
T quantile(const T& x, double q, std::optional<int> axis = {}, bool keepdim = false,
           QuantileInterpolation interpolation = QuantileInterpolation::linear);
/// Several quantiles, which have no gradient for q. Waits for the device to check q.
/// @param q  floating, of shape [] or [k]; an index q * (n - 1) is computed in its dtype
/// @return   x.dtype(); if q is [k], with a first axis of length k, before all others
/// @throws as quantile()
/// @throws DTypeError   q is not floating
/// @throws ShapeError   q has more than one axis, or the result more than kMaxRank
/// @throws DeviceError  x and q are on different devices
template <TensorLike T>
T quantile(const T& x, const Tensor& q, std::optional<int> axis = {}, bool keepdim = false,
           QuantileInterpolation interpolation = QuantileInterpolation::linear);

/// The quantile of the elements that are not NaN, otherwise like quantile(). It is NaN if there are none.
/// @throws as quantile()
template <TensorLike T>
T nanquantile(const T& x, double q, std::optional<int> axis = {}, bool keepdim = false,
              QuantileInterpolation interpolation = QuantileInterpolation::linear);
/// Several quantiles of the elements that are not NaN.
/// @throws as quantile()
template <TensorLike T>
T nanquantile(const T& x, const Tensor& q, std::optional<int> axis = {}, bool keepdim = false,
              QuantileInterpolation interpolation = QuantileInterpolation::linear);

}  // namespace tinytorch
