#pragma once

#include "core/tensor.h"

/// Elementwise arithmetic. Shapes broadcast as in NumPy, and dtypes promote: see promote(), and Tensor(T) for
/// scalars. Integers wrap around. Two bools are accepted by add() and maximum(), which compute a or b, and by
/// mul() and minimum(), which compute a and b.
///
/// ```cpp
/// const Tensor x{{1.0, 2.0}, {3.0, 4.0}};
/// const Tensor y = 2 * x - maximum(x, 1.5);  // [[0.5, 2], [3, 4]]
/// Tensor total = zeros({2, 2});
/// total += Tensor{10.0, 20.0};  // in place, each row [10, 20]
/// ```
namespace tinytorch {

/// a + b.
/// @throws ShapeError   the shapes do not broadcast; all functions of two operands throw these errors
/// @throws DeviceError  the operands are on different devices
/// @throws DTypeError   both operands are bool; not in add(), mul(), maximum() and minimum()
/// @throws ValueError   an operand is undefined
Tensor add(const Tensor& a, const Tensor& b);
/// a - b.
Tensor sub(const Tensor& a, const Tensor& b);
/// a * b.
Tensor mul(const Tensor& a, const Tensor& b);
/// True division, a / b. Integers give f32; division by 0 gives inf or NaN.
Tensor div(const Tensor& a, const Tensor& b);
/// a to the power of b. Integers give integers; as in PyTorch, a negative power of an integer is 0, except
/// that powers of 1 and -1 are exact.
Tensor pow(const Tensor& a, const Tensor& b);
/// a - b * floor(a / b), like Python's %: it has the sign of b. An integer remainder by 0 is 0.
Tensor remainder(const Tensor& a, const Tensor& b);
/// floor(a / b), like Python's //: -1 divided by inf gives -1. An integer divided by 0 gives 0 (PyTorch
/// throws).
Tensor floor_divide(const Tensor& a, const Tensor& b);
/// The larger of a and b, or NaN if either is NaN.
Tensor maximum(const Tensor& a, const Tensor& b);
/// The smaller of a and b, or NaN if either is NaN.
Tensor minimum(const Tensor& a, const Tensor& b);

/// Limits x to [low, high]; the result is high where low > high. NaN stays NaN, and a bound of NaN is none.
/// Where x equals a bound, x gets the whole gradient, as in PyTorch. So it does at NaN, as in relu()
/// (PyTorch: 0).
/// ```cpp
/// std::cout << clamp(Tensor{-2.0, 0.5, 7.0}, -1.0, 4.0);  // [-1, 0.5, 4]
/// ```
Tensor clamp(const Tensor& x, const Tensor& low, const Tensor& high);
/// clamp() with a lower bound only.
Tensor clamp_min(const Tensor& x, const Tensor& low);
/// clamp() with an upper bound only.
Tensor clamp_max(const Tensor& x, const Tensor& high);

/// x + value * a * b. Integers give f32 unless the value is 1.
Tensor addcmul(const Tensor& x, const Tensor& a, const Tensor& b, double value = 1);
/// Linear interpolation, a + weight * (b - a). At a weight of 1 it is b up to rounding. As in PyTorch, it is
/// infinite where b - a is. Integers give f32.
Tensor lerp(const Tensor& a, const Tensor& b, const Tensor& weight);
/// 1 / x. Integers give f32.
Tensor reciprocal(const Tensor& x);

/// -x. The results of neg(), abs() and sign() have x's shape, dtype and memory order.
/// @throws DTypeError  x is bool; so do abs() and sign()
/// @throws ValueError  x is undefined
Tensor neg(const Tensor& x);
/// The absolute value of x. Its gradient is 0 at 0 and at NaN. The smallest integer of a dtype stays
/// negative.
Tensor abs(const Tensor& x);
/// The sign of x: -1, 0 or 1. NaN stays NaN (PyTorch: 0).
Tensor sign(const Tensor& x);

inline Tensor operator+(const Tensor& a, const Tensor& b) { return add(a, b); }
inline Tensor operator-(const Tensor& a, const Tensor& b) { return sub(a, b); }
inline Tensor operator*(const Tensor& a, const Tensor& b) { return mul(a, b); }
inline Tensor operator/(const Tensor& a, const Tensor& b) { return div(a, b); }
inline Tensor operator-(const Tensor& x) { return neg(x); }

/// Changes a in place. b broadcasts to a's shape, and the result must have a's dtype.
/// @throws ShapeError   b does not broadcast to a's shape, or a is an expanded view
/// @throws DTypeError   the result has another dtype than a
/// @throws DeviceError  the operands are on different devices
Tensor& operator+=(Tensor& a, const Tensor& b);
Tensor& operator-=(Tensor& a, const Tensor& b);
Tensor& operator*=(Tensor& a, const Tensor& b);
Tensor& operator/=(Tensor& a, const Tensor& b);

}  // namespace tinytorch
