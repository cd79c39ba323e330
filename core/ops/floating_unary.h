#pragma once

#include "core/ops/arithmetic.h"

// Internal: the check, allocate, call of an elementwise function of a floating tensor.
namespace tinytorch {

Tensor floating_unary(const kernels::UnaryKernel& kernel, const Tensor& x);

}  // namespace tinytorch
