#pragma once

#include "autograd/variable.h"
#include "core/ops/sort.h"

namespace tinytorch {

/// Each value's gradient goes to where it lay.
Sorted<Variable> sort(const Variable& x, int axis = -1, bool descending = false);
inline Tensor argsort(const Variable& x, int axis = -1, bool descending = false) {
  return argsort(x.value(), axis, descending);
}

}  // namespace tinytorch
