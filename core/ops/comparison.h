#pragma once

#include <type_traits>

#include "core/tensor.h"

/// Comparisons, tests and selection.
///
/// ```cpp
/// const Tensor x{-1.0, 0.5, 2.0};
/// const Tensor positive = x > 0;             // [false, true, true]
/// const Tensor y = where(positive, x, 0.0);  // [0, 0.5, 2]
/// std::cout << allclose(y, relu(x));         // 1
/// ```
namespace tinytorch {

/// Elementwise comparisons, with broadcasting and promotion as in core/ops/arithmetic.h. The result is bool.
/// NaN is unequal to everything, as in C++.
/// @throws ShapeError   the shapes do not broadcast
/// @throws DeviceError  the operands are on different devices
/// @throws ValueError   an operand is undefined
Tensor eq(const Tensor& a, const Tensor& b);
Tensor ne(const Tensor& a, const Tensor& b);
Tensor lt(const Tensor& a, const Tensor& b);
Tensor le(const Tensor& a, const Tensor& b);
Tensor gt(const Tensor& a, const Tensor& b);
Tensor ge(const Tensor& a, const Tensor& b);

inline Tensor operator==(const Tensor& a, const Tensor& b) { return eq(a, b); }
inline Tensor operator!=(const Tensor& a, const Tensor& b) { return ne(a, b); }
inline Tensor operator<(const Tensor& a, const Tensor& b) { return lt(a, b); }
inline Tensor operator<=(const Tensor& a, const Tensor& b) { return le(a, b); }
inline Tensor operator>(const Tensor& a, const Tensor& b) { return gt(a, b); }
inline Tensor operator>=(const Tensor& a, const Tensor& b) { return ge(a, b); }

/// Elementwise logic. Elements that are not zero count as true. Shapes broadcast; the result is bool.
/// @throws ShapeError   the shapes do not broadcast
/// @throws DeviceError  the operands are on different devices
/// @throws ValueError   an operand is undefined
Tensor logical_and(const Tensor& a, const Tensor& b);
Tensor logical_or(const Tensor& a, const Tensor& b);
Tensor logical_xor(const Tensor& a, const Tensor& b);
Tensor logical_not(const Tensor& x);

/// Elementwise tests for NaN, infinities and finite values. Integers and bools are finite. The result is
/// bool.
/// @throws ValueError  x is undefined
Tensor isnan(const Tensor& x);
Tensor isinf(const Tensor& x);
Tensor isfinite(const Tensor& x);

/// Selects elementwise from a where the condition is true, and from b elsewhere. All three broadcast; a and b
/// promote.
/// @throws DTypeError   the condition is not bool
/// @throws ShapeError   the shapes do not broadcast
/// @throws DeviceError  the operands are on different devices
/// @throws ValueError   an operand is undefined
Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b);

/// where() for two C++ scalars; the result has the dtype that they promote to.
template <class A, class B>
requires(std::is_arithmetic_v<A>&& std::is_arithmetic_v<B>) Tensor where(const Tensor& condition, A a, B b) {
  return where(condition, Tensor(a), Tensor(b));
}

/// True if shapes, dtypes and all elements are equal. NaN equals nothing. Waits for the device.
/// @throws DeviceError  a and b are on different devices
/// @throws ValueError   a or b is undefined
bool equal(const Tensor& a, const Tensor& b);

/// The tolerance of allclose(): |a - b| <= absolute + relative * |b|.
struct Tolerance {
  double relative = 1e-5;
  double absolute = 1e-8;
  bool nan_equals_nan = false;
};

/// True if all elements of a and b are equal within the tolerance. The shapes broadcast. Differences are
/// computed in f64; equal infinities are close. Waits for the device.
/// @throws ShapeError   the shapes do not broadcast
/// @throws DeviceError  a and b are on different devices
/// @throws ValueError   a or b is undefined
bool allclose(const Tensor& a, const Tensor& b, Tolerance tolerance = {});

}  // namespace tinytorch
