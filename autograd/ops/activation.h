#pragma once

#include "autograd/variable.h"
#include "core/ops/activation.h"

/// Activation functions on Variables; see core/ops/activation.h.
namespace tinytorch {

/// Its gradient at 0 is 0.
Variable relu(const Variable& x);
Variable sigmoid(const Variable& x);
Variable leaky_relu(const Variable& x, double slope = 0.01);
Variable elu(const Variable& x, double alpha = 1);
Variable gelu(const Variable& x, GeluForm form = GeluForm::erf);
Variable silu(const Variable& x);
Variable softplus(const Variable& x, double beta = 1);
Variable hardswish(const Variable& x);
Variable softmax(const Variable& x, int axis = -1);
Variable log_softmax(const Variable& x, int axis = -1);

}  // namespace tinytorch
