#pragma once

#include "core/ops/arithmetic.h"

namespace tinytorch {

/// Elementwise functions of real numbers: same shape, type, device and order in memory as x. Outside a
/// function's domain the result is NaN, at its poles infinite, as in C++'s <cmath>.
/// @throws DTypeError  x is not floating
Tensor exp(const Tensor& x);
Tensor exp2(const Tensor& x);
/// exp(x) - 1, right for small x too.
Tensor expm1(const Tensor& x);
Tensor log(const Tensor& x);
Tensor log2(const Tensor& x);
Tensor log10(const Tensor& x);
/// log(1 + x), right for small x too.
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

/// To whole numbers of the same type; integers stay what they are. round() takes halves to the even
/// neighbour.
/// @throws DTypeError  x is bool
Tensor floor(const Tensor& x);
Tensor ceil(const Tensor& x);
Tensor trunc(const Tensor& x);
Tensor round(const Tensor& x);

/// The angle of the point (b, a) in -pi ... pi; of integers in f32. Broadcasts and promotes as arithmetic
/// does.
/// @throws ShapeError, DeviceError. DTypeError  two bools
Tensor atan2(const Tensor& a, const Tensor& b);

}  // namespace tinytorch
