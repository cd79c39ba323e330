#pragma once

#include "autograd/variable.h"
#include "core/ops/comparison.h"

/// Comparisons, tests and selection on Variables; see core/ops/comparison.h.
namespace tinytorch {

/// Comparisons and tests are constant almost everywhere, so the result is a Tensor.
inline Tensor eq(const Variable& a, const Variable& b) { return eq(a.value(), b.value()); }
inline Tensor ne(const Variable& a, const Variable& b) { return ne(a.value(), b.value()); }
inline Tensor lt(const Variable& a, const Variable& b) { return lt(a.value(), b.value()); }
inline Tensor le(const Variable& a, const Variable& b) { return le(a.value(), b.value()); }
inline Tensor gt(const Variable& a, const Variable& b) { return gt(a.value(), b.value()); }
inline Tensor ge(const Variable& a, const Variable& b) { return ge(a.value(), b.value()); }
inline Tensor isnan(const Variable& x) { return isnan(x.value()); }
inline Tensor isinf(const Variable& x) { return isinf(x.value()); }
inline Tensor isfinite(const Variable& x) { return isfinite(x.value()); }
inline Tensor operator==(const Variable& a, const Variable& b) { return eq(a, b); }
inline Tensor operator!=(const Variable& a, const Variable& b) { return ne(a, b); }
inline Tensor operator<(const Variable& a, const Variable& b) { return lt(a, b); }
inline Tensor operator<=(const Variable& a, const Variable& b) { return le(a, b); }
inline Tensor operator>(const Variable& a, const Variable& b) { return gt(a, b); }
inline Tensor operator>=(const Variable& a, const Variable& b) { return ge(a, b); }

/// The gradient of a is that of the result where the condition is true, and 0 elsewhere; that of b is the
/// rest.
Variable where(const Tensor& condition, const Variable& a, const Variable& b);

}  // namespace tinytorch
