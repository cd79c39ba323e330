#pragma once

#include <type_traits>

#include "core/ops/arithmetic.h"

namespace tinytorch {

/// Elementwise comparison to a bool tensor, with broadcasting and promotion as in arithmetic. NaN compares
/// as in C++: unequal to everything.
/// @throws ShapeError, DeviceError
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

/// Elementwise on truth values (not zero is true); bool tensors.
/// @throws ShapeError, DeviceError
Tensor logical_and(const Tensor& a, const Tensor& b);
Tensor logical_or(const Tensor& a, const Tensor& b);
Tensor logical_xor(const Tensor& a, const Tensor& b);
Tensor logical_not(const Tensor& x);

/// Elementwise tests of numbers; bool tensors. Integers and bools are finite.
/// @throws ValueError  x is undefined
Tensor isnan(const Tensor& x);
Tensor isinf(const Tensor& x);
Tensor isfinite(const Tensor& x);

/// a where condition is true, else b. All three broadcast; a and b promote.
/// @throws DTypeError  condition is not bool
/// @throws ShapeError, DeviceError
Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b);

/// Of two C++ numbers: a tensor of their own type.
template <class A, class B>
requires(std::is_arithmetic_v<A>&& std::is_arithmetic_v<B>) Tensor where(const Tensor& condition, A a, B b) {
  return where(condition, Tensor(a), Tensor(b));
}

/// True where shapes, element types and all elements are equal (NaN to nothing); waits for the device.
bool equal(const Tensor& a, const Tensor& b);

/// How close allclose() wants numbers to be: |a - b| <= absolute + relative * |b|.
struct Tolerance {
  double relative = 1e-5;
  double absolute = 1e-8;
  bool nan_equals_nan = false;
};

/// True where all elements of a and b (which broadcast) are within the tolerance, computed in f64; equal
/// infinities are close. Waits for the device.
/// @throws ShapeError, DeviceError
bool allclose(const Tensor& a, const Tensor& b, Tolerance tolerance = {});

}  // namespace tinytorch
