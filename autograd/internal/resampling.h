#pragma once

#include "autograd/variable.h"
#include "core/ops/internal/resampling.h"

// Internal: the linear maps of images on Variables. They record their gradient rules.
namespace tinytorch {

Variable resample2d(const Variable& x, const kernels::Resampling& sampling);
Variable resample2d_gradient(const Variable& grad, const kernels::Resampling& sampling);

}  // namespace tinytorch
