#pragma once

#include "autograd/variable.h"
#include "core/ops/matmul.h"

/// Matrix products on Variables; see core/ops/matmul.h.
namespace tinytorch {

Variable matmul(const Variable& a, const Variable& b);
Variable linear(const Variable& x, const Variable& weight, const Variable& bias,
                Activation activation = Activation::none);

}  // namespace tinytorch
