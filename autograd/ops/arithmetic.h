#pragma once

#include "autograd/variable.h"
#include "core/ops/arithmetic.h"

/// Arithmetic on Variables; see core/ops/arithmetic.h.
namespace tinytorch {

Variable add(const Variable& a, const Variable& b);
Variable sub(const Variable& a, const Variable& b);
Variable mul(const Variable& a, const Variable& b);
Variable div(const Variable& a, const Variable& b);
/// The gradient of b is 0 where a is 0 and b is not negative, and NaN where a is negative.
Variable pow(const Variable& a, const Variable& b);
Variable remainder(const Variable& a, const Variable& b);
/// It is constant almost everywhere, so the result is a Tensor.
inline Tensor floor_divide(const Variable& a, const Variable& b) {
  return floor_divide(a.value(), b.value());
}
/// Where a and b are equal, each gets half of the gradient; so in minimum().
Variable maximum(const Variable& a, const Variable& b);
Variable minimum(const Variable& a, const Variable& b);
Variable clamp(const Variable& x, const Variable& low, const Variable& high);
Variable clamp_min(const Variable& x, const Variable& low);
Variable clamp_max(const Variable& x, const Variable& high);
Variable addcmul(const Variable& x, const Variable& a, const Variable& b, double value = 1);
Variable lerp(const Variable& a, const Variable& b, const Variable& weight);
Variable reciprocal(const Variable& x);
Variable neg(const Variable& x);
/// Its gradient at 0 is 0.
Variable abs(const Variable& x);
/// Its gradient is 0 everywhere.
Variable sign(const Variable& x);

inline Variable operator+(const Variable& a, const Variable& b) { return add(a, b); }
inline Variable operator-(const Variable& a, const Variable& b) { return sub(a, b); }
inline Variable operator*(const Variable& a, const Variable& b) { return mul(a, b); }
inline Variable operator/(const Variable& a, const Variable& b) { return div(a, b); }
inline Variable operator-(const Variable& x) { return neg(x); }

}  // namespace tinytorch
