#pragma once

#include "autograd/variable.h"
#include "core/ops/sort.h"

/// Sorting on Variables; see core/ops/sort.h.
namespace tinytorch {

/// The gradient of each sorted value is added at its index in x.
Sorted<Variable> sort(const Variable& x, int axis = -1, bool descending = false);
/// Indices have no gradient, so the result is a Tensor.
inline Tensor argsort(const Variable& x, int axis = -1, bool descending = false) {
  return argsort(x.value(), axis, descending);
}

/// The gradient of each selected value is put at its index in x.
Sorted<Variable> topk(const Variable& x, std::int64_t k, int axis = -1, bool largest = true);

}  // namespace tinytorch
