#pragma once

#include "core/kernel.h"
#include "core/tensor.h"

namespace tinytorch {

/// Elementwise on two operands. Shapes broadcast as in NumPy; types promote (see promote() and
/// Tensor(number)); integers wrap around. bool works as u8 does in add, mul, maximum and minimum of two
/// bools: or, and, or, and.
/// @throws ShapeError   the shapes do not broadcast
/// @throws DeviceError  the operands lie on different devices
/// @throws DTypeError   two bools, but for add, mul, maximum and minimum
/// @throws ValueError   an operand is undefined
Tensor add(const Tensor& a, const Tensor& b);
Tensor sub(const Tensor& a, const Tensor& b);
Tensor mul(const Tensor& a, const Tensor& b);
/// True division: of integers in f32. x/0 is inf or NaN.
Tensor div(const Tensor& a, const Tensor& b);
/// a to the b. Of integers in integers: a negative power gives 0, but 1 where |a| is 1 (with its sign), as in
/// PyTorch.
Tensor pow(const Tensor& a, const Tensor& b);
/// a - b floor(a / b), which has b's sign, as Python's %. Of integers 0 where b is 0.
Tensor remainder(const Tensor& a, const Tensor& b);
/// floor(a / b), as Python's //. Of integers 0 where b is 0 (PyTorch refuses that).
Tensor floor_divide(const Tensor& a, const Tensor& b);
/// NaN where either is NaN.
Tensor maximum(const Tensor& a, const Tensor& b);
Tensor minimum(const Tensor& a, const Tensor& b);

/// Elementwise on one numeric operand; same shape, type and order in memory.
/// @throws DTypeError  x is bool
Tensor neg(const Tensor& x);
/// The smallest integer stays as it is.
Tensor abs(const Tensor& x);
/// -1, 0 or 1; NaN stays NaN (PyTorch: 0).
Tensor sign(const Tensor& x);

inline Tensor operator+(const Tensor& a, const Tensor& b) { return add(a, b); }
inline Tensor operator-(const Tensor& a, const Tensor& b) { return sub(a, b); }
inline Tensor operator*(const Tensor& a, const Tensor& b) { return mul(a, b); }
inline Tensor operator/(const Tensor& a, const Tensor& b) { return div(a, b); }
inline Tensor operator-(const Tensor& x) { return neg(x); }

/// In place: b broadcasts to a's shape, a is no expanded view, and the result must be of a's type.
/// @throws ShapeError, DTypeError, DeviceError
Tensor& operator+=(Tensor& a, const Tensor& b);
Tensor& operator-=(Tensor& a, const Tensor& b);
Tensor& operator*=(Tensor& a, const Tensor& b);
Tensor& operator/=(Tensor& a, const Tensor& b);

}  // namespace tinytorch
