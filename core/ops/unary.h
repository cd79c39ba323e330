#pragma once

#include "core/ops/arithmetic.h"

// Internal: the check, allocate, call of an elementwise function of one tensor.
namespace tinytorch {

/// @throws DTypeError  x is bool
Tensor numeric_unary(const kernels::UnaryKernel& kernel, const Tensor& x);
/// @throws DTypeError  x is not floating
Tensor floating_unary(const kernels::UnaryKernel& kernel, const Tensor& x);

}  // namespace tinytorch
