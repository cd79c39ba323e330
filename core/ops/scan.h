#pragma once

#include "core/ops/reduction.h"
#include "core/tensor.h"

/// Cumulative operations along an axis, from its beginning, or with `reverse` from its end.
///
/// ```cpp
/// const Tensor x{1.0, 2.0, 3.0};
/// const Tensor sums = cumsum(x, 0);            // [1, 3, 6]
/// const Tensor tails = cumsum(x, 0, true);     // [6, 5, 3]
/// const Tensor records = cummax(Tensor{2.0, 1.0, 5.0}, 0).values;  // [2, 2, 5]
/// const Tensor decay = linear_recurrence(full({3}, 0.5), x, 0);  // y_i = y_{i-1} / 2 + x_i: [1, 2.5, 4.25]
/// ```
namespace tinytorch {

/// Cumulative sums: y_i = x_0 + ... + x_i. Floating elements are added in f64, and each result is rounded
/// once; integers and bools give i64, which wraps around.
/// @throws ShapeError  the axis is out of range
/// @throws ValueError  x is undefined
Tensor cumsum(const Tensor& x, int axis, bool reverse = false);

/// Cumulative products: y_i = x_0 * ... * x_i. They are computed in f64 or i64 like cumsum(), so that, unlike
/// in PyTorch, an f32 product can leave the range of f32 and return to it.
/// @throws ShapeError  the axis is out of range
/// @throws ValueError  x is undefined
Tensor cumprod(const Tensor& x, int axis, bool reverse = false);

/// The largest element so far along an axis and its index, for Tensor and Variable. As in PyTorch, the last
/// of equal elements is chosen, which gets the gradient, and NaN counts as the largest.
/// @return  the elements and their indices, both of x's shape
/// @throws ShapeError  the axis is out of range
/// @throws ValueError  x is undefined
template <TensorLike T>
Chosen<T> cummax(const T& x, int axis);
/// The smallest element so far along an axis and its index, otherwise like cummax(). NaN counts as the
/// smallest.
/// @throws as cummax()
template <TensorLike T>
Chosen<T> cummin(const T& x, int axis);

/// First-order linear recurrence along an axis: y_i = a_i * y_{i-1} + b_i, where y_{-1} = 0; with `reverse`,
/// y_i = a_i * y_{i+1} + b_i from the end. It is computed in f64. If y_{i-1} is 0, the product is 0 even if
/// a_i is inf or NaN.
/// @throws DTypeError   a or b is not floating, or their dtypes differ
/// @throws ShapeError   the shapes of a and b differ, or the axis is out of range
/// @throws DeviceError  a and b are on different devices
/// @throws ValueError   a or b is undefined
Tensor linear_recurrence(const Tensor& a, const Tensor& b, int axis, bool reverse = false);

}  // namespace tinytorch
