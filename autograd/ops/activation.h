#pragma once

#include "autograd/variable.h"
#include "core/ops/activation.h"

/// Activation functions on Variables; see core/ops/activation.h.
namespace tinytorch {

/// Its gradient at 0 is 0.
Variable relu(const Variable& x);
/// Its gradient is 0 at and beyond the bounds, and that of the result where x is NaN; so in hardtanh().
Variable relu6(const Variable& x);
Variable hardtanh(const Variable& x, double low = -1, double high = 1);
Variable sigmoid(const Variable& x);
Variable logsigmoid(const Variable& x);
/// Its gradient at -3, 3 and NaN is 0, as in PyTorch.
Variable hardsigmoid(const Variable& x);
Variable softsign(const Variable& x);
Variable leaky_relu(const Variable& x, double slope = 0.01);
Variable elu(const Variable& x, double alpha = 1);
/// At 0 the derivative is the left one, 1.758..., as in PyTorch.
Variable selu(const Variable& x);
Variable mish(const Variable& x);
Variable gelu(const Variable& x, GeluForm form = GeluForm::erf);
Variable silu(const Variable& x);
Variable softplus(const Variable& x, double beta = 1);
Variable hardswish(const Variable& x);
Variable softmax(const Variable& x, int axis = -1);
Variable log_softmax(const Variable& x, int axis = -1);

}  // namespace tinytorch
