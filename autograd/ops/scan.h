#pragma once

#include "autograd/variable.h"
#include "core/ops/scan.h"

/// Cumulative operations on Variables; see core/ops/scan.h.
namespace tinytorch {

Variable cumsum(const Variable& x, int axis, bool reverse = false);
/// The derivatives of any order are exact where elements are 0, too.
Variable cumprod(const Variable& x, int axis, bool reverse = false);
Variable linear_recurrence(const Variable& a, const Variable& b, int axis, bool reverse = false);

}  // namespace tinytorch
