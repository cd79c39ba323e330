#pragma once

#include "core/tensor.h"

/// Elementwise ops on the bits of integers and bools. Shapes broadcast and dtypes promote as in
/// core/ops/arithmetic.h. On two bools, and, or, xor and not are the logical ones.
///
/// In C++, comparisons bind more tightly than &, | and ^: write `(x > 0) & (x < 3)`.
/// ```cpp
/// const Tensor x{1, 6, 12};
/// const Tensor low = x & 7;                   // [1, 6, 4]
/// const Tensor thrice = (x << 1) + x;         // [3, 18, 36]
/// const Tensor inside = (x > 1) & (x < 12);   // [false, true, false]
/// ```
namespace tinytorch {

/// The bits that are set in both a and b.
/// @throws DTypeError   an operand is floating; all functions of two operands throw these errors
/// @throws ShapeError   the shapes do not broadcast
/// @throws DeviceError  the operands are on different devices
/// @throws ValueError   an operand is undefined
Tensor bitwise_and(const Tensor& a, const Tensor& b);
/// The bits that are set in a or b.
Tensor bitwise_or(const Tensor& a, const Tensor& b);
/// The bits that are set in one of a and b.
Tensor bitwise_xor(const Tensor& a, const Tensor& b);
/// The bits that are not set in x. The result has x's shape, dtype and memory order.
/// @throws DTypeError  x is floating
/// @throws ValueError  x is undefined
Tensor bitwise_not(const Tensor& x);

/// a * 2^b, without the bits that are shifted out. It is 0 where b is negative, or not less than the number
/// of bits, as in NumPy.
/// @throws DTypeError  an operand is floating, or both are bool
Tensor bitwise_left_shift(const Tensor& a, const Tensor& b);
/// floor(a / 2^b). Where b is negative, or not less than the number of bits, it is -1 for a negative a, and
/// otherwise 0, as in NumPy.
/// @throws DTypeError  an operand is floating, or both are bool
Tensor bitwise_right_shift(const Tensor& a, const Tensor& b);

inline Tensor operator&(const Tensor& a, const Tensor& b) { return bitwise_and(a, b); }
inline Tensor operator|(const Tensor& a, const Tensor& b) { return bitwise_or(a, b); }
inline Tensor operator^(const Tensor& a, const Tensor& b) { return bitwise_xor(a, b); }
inline Tensor operator~(const Tensor& x) { return bitwise_not(x); }
inline Tensor operator<<(const Tensor& a, const Tensor& b) { return bitwise_left_shift(a, b); }
inline Tensor operator>>(const Tensor& a, const Tensor& b) { return bitwise_right_shift(a, b); }

}  // namespace tinytorch
