#pragma once

#include "core/tensor.h"

/// Elementwise mathematical functions. The result has x's shape, dtype, device and memory order. As in C++'s
/// <cmath> it is NaN outside a function's domain and infinite at its poles.
///
/// ```cpp
/// const Tensor x{0.0, 1.0, 4.0};
/// const Tensor y = sqrt(x) + exp(-x);
/// ```
namespace tinytorch {

/// @throws DTypeError  x is not floating; of all functions up to erf()
/// @throws ValueError  x is undefined
Tensor exp(const Tensor& x);
/// 2 to the power of x.
Tensor exp2(const Tensor& x);
/// exp(x) - 1, accurate for small x, too.
Tensor expm1(const Tensor& x);
/// The natural logarithm.
Tensor log(const Tensor& x);
Tensor log2(const Tensor& x);
Tensor log10(const Tensor& x);
/// log(1 + x), accurate for small x, too.
Tensor log1p(const Tensor& x);
Tensor sqrt(const Tensor& x);
/// 1 / sqrt(x).
Tensor rsqrt(const Tensor& x);
Tensor sin(const Tensor& x);
Tensor cos(const Tensor& x);
Tensor tan(const Tensor& x);
Tensor asin(const Tensor& x);
Tensor acos(const Tensor& x);
Tensor atan(const Tensor& x);
Tensor sinh(const Tensor& x);
Tensor cosh(const Tensor& x);
Tensor tanh(const Tensor& x);
/// The error function, 2 / sqrt(pi) times the integral of exp(-t²) from 0 to x.
Tensor erf(const Tensor& x);

/// Rounding to whole numbers of the same dtype; integers are unchanged. round() rounds halves to the even
/// neighbour.
/// @throws DTypeError  x is bool
/// @throws ValueError  x is undefined
Tensor floor(const Tensor& x);
Tensor ceil(const Tensor& x);
Tensor trunc(const Tensor& x);
Tensor round(const Tensor& x);

/// The angle of the point (b, a), in [-pi, pi]; of integers in f32. Broadcasts and promotes as arithmetic
/// does.
/// @throws ShapeError   the shapes do not broadcast
/// @throws DTypeError   two bools
/// @throws DeviceError  the operands are on different devices
Tensor atan2(const Tensor& a, const Tensor& b);

}  // namespace tinytorch
