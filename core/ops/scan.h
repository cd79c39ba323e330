#pragma once

#include "core/kernel.h"
#include "core/tensor.h"

namespace tinytorch {

/// Running sums along an axis: y_i = x_0 + ... + x_i, or from the end where `reverse`. Floating numbers are
/// added in f64 and each result rounded once; integers and bools give i64 and wrap around.
/// @throws ShapeError  no such axis
Tensor cumsum(const Tensor& x, int axis, bool reverse = false);

/// Running products along an axis, in f64 or i64 as cumsum(): unlike in PyTorch an f32 product that leaves
/// f32's range can come back into it.
/// @throws ShapeError  no such axis
Tensor cumprod(const Tensor& x, int axis, bool reverse = false);

/// y_i = a_i y_{i-1} + b_i along an axis with y_{-1} = 0, or y_i = a_i y_{i+1} + b_i from the end where
/// `reverse`; in f64. 0 stays 0 under any factor, also under inf and NaN.
/// @throws DTypeError, ShapeError, DeviceError  not floating, a and b differ, no such axis
Tensor linear_recurrence(const Tensor& a, const Tensor& b, int axis, bool reverse = false);

}  // namespace tinytorch
