#pragma once

#include "core/tensor.h"

/// Elementwise mathematical functions. The result has x's shape, dtype, device and memory order. As in C++'s
/// <cmath>, a function is NaN outside its domain and infinite at its poles.
///
/// ```cpp
/// const Tensor x{0.0, 1.0, 4.0};
/// const Tensor y = sqrt(x) + exp(-x);
/// ```
namespace tinytorch {

/// e to the power of x.
/// @throws DTypeError  x is not floating; all functions up to erf() throw these errors
/// @throws ValueError  x is undefined
Tensor exp(const Tensor& x);
/// 2 to the power of x.
Tensor exp2(const Tensor& x);
/// exp(x) - 1, accurate for small x, too.
Tensor expm1(const Tensor& x);
/// The natural logarithm of x, and those to base 2 and 10.
Tensor log(const Tensor& x);
Tensor log2(const Tensor& x);
Tensor log10(const Tensor& x);
/// log(1 + x), accurate for small x, too.
Tensor log1p(const Tensor& x);
/// The square root of x.
Tensor sqrt(const Tensor& x);
/// 1 / sqrt(x).
Tensor rsqrt(const Tensor& x);
/// Trigonometric functions of angles x in radians, and their inverses.
Tensor sin(const Tensor& x);
Tensor cos(const Tensor& x);
Tensor tan(const Tensor& x);
Tensor asin(const Tensor& x);
Tensor acos(const Tensor& x);
Tensor atan(const Tensor& x);
/// Hyperbolic functions.
Tensor sinh(const Tensor& x);
Tensor cosh(const Tensor& x);
Tensor tanh(const Tensor& x);
/// The error function: 2 / sqrt(pi) times the integral of exp(-t²) from 0 to x.
Tensor erf(const Tensor& x);

/// Rounding to whole numbers of the same dtype: down, up, towards zero, or to the nearest. round() rounds
/// halves to the even neighbour. Integers are unchanged.
/// @throws DTypeError  x is bool
/// @throws ValueError  x is undefined
Tensor floor(const Tensor& x);
Tensor ceil(const Tensor& x);
Tensor trunc(const Tensor& x);
Tensor round(const Tensor& x);

/// The angle of the point (b, a), in [-pi, pi]. Integers give f32. Shapes broadcast and dtypes promote as in
/// core/ops/arithmetic.h.
/// @throws ShapeError   the shapes do not broadcast
/// @throws DTypeError   both operands are bool
/// @throws DeviceError  the operands are on different devices
/// @throws ValueError   an operand is undefined
Tensor atan2(const Tensor& a, const Tensor& b);

}  // namespace tinytorch
