#pragma once

#include "autograd/variable.h"
#include "core/ops/sort.h"

/// See core/ops/sort.h.
namespace tinytorch {

/// The gradient of each value goes to the element of x that it is.
Sorted<Variable> sort(const Variable& x, int axis = -1, bool descending = false);
inline Tensor argsort(const Variable& x, int axis = -1, bool descending = false) {
  return argsort(x.value(), axis, descending);
}

}  // namespace tinytorch
