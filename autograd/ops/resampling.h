#pragma once

#include "autograd/variable.h"
#include "core/ops/resampling.h"

namespace tinytorch::detail {

Variable resample2d(const Variable& x, const Resampling& sampling);
Variable resample2d_gradient(const Variable& grad, const Resampling& sampling);

}  // namespace tinytorch::detail
