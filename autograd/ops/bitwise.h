#pragma once

#include "autograd/variable.h"
#include "core/ops/bitwise.h"

/// Ops on bits of Variables; see core/ops/bitwise.h. Integers have no gradient, so the results are Tensors.
namespace tinytorch {

inline Tensor bitwise_and(const Variable& a, const Variable& b) { return bitwise_and(a.value(), b.value()); }
inline Tensor bitwise_or(const Variable& a, const Variable& b) { return bitwise_or(a.value(), b.value()); }
inline Tensor bitwise_xor(const Variable& a, const Variable& b) { return bitwise_xor(a.value(), b.value()); }
inline Tensor bitwise_not(const Variable& x) { return bitwise_not(x.value()); }
inline Tensor bitwise_left_shift(const Variable& a, const Variable& b) {
  return bitwise_left_shift(a.value(), b.value());
}
inline Tensor bitwise_right_shift(const Variable& a, const Variable& b) {
  return bitwise_right_shift(a.value(), b.value());
}
inline Tensor operator&(const Variable& a, const Variable& b) { return bitwise_and(a, b); }
inline Tensor operator|(const Variable& a, const Variable& b) { return bitwise_or(a, b); }
inline Tensor operator^(const Variable& a, const Variable& b) { return bitwise_xor(a, b); }
inline Tensor operator~(const Variable& x) { return bitwise_not(x); }
inline Tensor operator<<(const Variable& a, const Variable& b) { return bitwise_left_shift(a, b); }
inline Tensor operator>>(const Variable& a, const Variable& b) { return bitwise_right_shift(a, b); }

}  // namespace tinytorch
