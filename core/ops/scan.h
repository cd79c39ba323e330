#pragma once

#include "core/tensor.h"

/// Cumulative operations along an axis: from its beginning, or from its end where `reverse`.
///
/// ```cpp
/// const Tensor x{1.0, 2.0, 3.0};
/// const Tensor sums = cumsum(x, 0);            // [1, 3, 6]
/// const Tensor tails = cumsum(x, 0, true);     // [6, 5, 3]
/// const Tensor decay = linear_recurrence(full({3}, 0.5), x, 0);  // y_i = y_{i-1} / 2 + x_i: [1, 2.5, 4.25]
/// ```
namespace tinytorch {

/// Cumulative sums: y_i = x_0 + ... + x_i. Floating elements are added in f64 and each result rounded once;
/// integers and bools give i64 and wrap around.
/// @throws ShapeError  no such axis
/// @throws ValueError  x is undefined
Tensor cumsum(const Tensor& x, int axis, bool reverse = false);

/// Cumulative products, computed in f64 or i64 as by cumsum(): unlike in PyTorch an f32 product that leaves
/// f32's range can return to it.
/// @throws ShapeError  no such axis
/// @throws ValueError  x is undefined
Tensor cumprod(const Tensor& x, int axis, bool reverse = false);

/// First-order linear recurrence along an axis: y_i = a_i y_{i-1} + b_i with y_{-1} = 0; y_i = a_i y_{i+1} +
/// b_i from the end where `reverse`. Computed in f64. 0 stays 0 under any factor, also under inf and NaN.
/// @throws DTypeError   a or b is not floating, or their dtypes differ
/// @throws ShapeError   their shapes differ, or there is no such axis
/// @throws DeviceError  they are on different devices
/// @throws ValueError   one is undefined
Tensor linear_recurrence(const Tensor& a, const Tensor& b, int axis, bool reverse = false);

}  // namespace tinytorch
