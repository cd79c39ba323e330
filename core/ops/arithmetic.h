#pragma once

#include "core/tensor.h"

/// Elementwise arithmetic. Shapes broadcast as in NumPy and dtypes promote (see promote(), and Tensor for
/// scalars); integers wrap around.
///
/// ```cpp
/// const Tensor x{{1.0, 2.0}, {3.0, 4.0}};
/// const Tensor y = 2 * x - maximum(x, 1.5);  // [[0.5, 2], [3, 4]]
/// Tensor total = zeros({2, 2});
/// total += Tensor{10.0, 20.0};  // in place, each row [10, 20]
/// ```
namespace tinytorch {

/// a + b. Of two bools, add() and maximum() are or, mul() and minimum() are and; the others take no two
/// bools.
/// @throws ShapeError   the shapes do not broadcast
/// @throws DeviceError  the operands are on different devices
/// @throws DTypeError   two bools, but for add, mul, maximum and minimum
/// @throws ValueError   an operand is undefined
Tensor add(const Tensor& a, const Tensor& b);
Tensor sub(const Tensor& a, const Tensor& b);
Tensor mul(const Tensor& a, const Tensor& b);
/// a / b, true division: of integers in f32. x/0 is inf or NaN.
Tensor div(const Tensor& a, const Tensor& b);
/// a to the power of b. Of integers in integers: a negative power gives 0, but of 1 and -1 it is exact, as in
/// PyTorch.
Tensor pow(const Tensor& a, const Tensor& b);
/// a - b floor(a / b), which has b's sign, as Python's %. Of integers 0 where b is 0.
Tensor remainder(const Tensor& a, const Tensor& b);
/// floor(a / b), as Python's //. Of integers 0 where b is 0 (PyTorch throws).
Tensor floor_divide(const Tensor& a, const Tensor& b);
/// The larger of a and b; NaN where either is NaN.
Tensor maximum(const Tensor& a, const Tensor& b);
/// The smaller of a and b; NaN where either is NaN.
Tensor minimum(const Tensor& a, const Tensor& b);

/// -x, elementwise, with x's shape, dtype and memory order, as abs() and sign() have.
/// @throws DTypeError  x is bool
/// @throws ValueError  x is undefined
Tensor neg(const Tensor& x);
/// |x|. Of the smallest integer it is that integer.
Tensor abs(const Tensor& x);
/// -1, 0 or 1; NaN stays NaN (PyTorch: 0).
Tensor sign(const Tensor& x);

inline Tensor operator+(const Tensor& a, const Tensor& b) { return add(a, b); }
inline Tensor operator-(const Tensor& a, const Tensor& b) { return sub(a, b); }
inline Tensor operator*(const Tensor& a, const Tensor& b) { return mul(a, b); }
inline Tensor operator/(const Tensor& a, const Tensor& b) { return div(a, b); }
inline Tensor operator-(const Tensor& x) { return neg(x); }

/// In place: b broadcasts to a's shape, and the result must have a's dtype.
/// @throws ShapeError  b does not broadcast to a's shape, or a is an expanded view
/// @throws DTypeError  the result has another dtype than a
/// @throws DeviceError the operands are on different devices
Tensor& operator+=(Tensor& a, const Tensor& b);
Tensor& operator-=(Tensor& a, const Tensor& b);
Tensor& operator*=(Tensor& a, const Tensor& b);
Tensor& operator/=(Tensor& a, const Tensor& b);

}  // namespace tinytorch
