#pragma once

#include "autograd/variable.h"
#include "core/ops/copy.h"
#include "core/ops/creation.h"

/// Copies of Variables; see core/ops/copy.h and core/ops/creation.h.
namespace tinytorch {

Variable clone(const Variable& x);
Variable contiguous(const Variable& x);

/// The results of zeros_like() and ones_like() are constants.
inline Variable zeros_like(const Variable& x) { return zeros_like(x.value()); }
inline Variable ones_like(const Variable& x) { return ones_like(x.value()); }

}  // namespace tinytorch
