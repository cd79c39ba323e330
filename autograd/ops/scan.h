#pragma once

#include "autograd/variable.h"
#include "core/ops/scan.h"

/// See core/ops/scan.h.
namespace tinytorch {

Variable cumsum(const Variable& x, int axis, bool reverse = false);
/// The gradient, of any order, is exact where elements are 0.
Variable cumprod(const Variable& x, int axis, bool reverse = false);
Variable linear_recurrence(const Variable& a, const Variable& b, int axis, bool reverse = false);

}  // namespace tinytorch
