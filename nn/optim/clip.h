#pragma once

#include <vector>

#include "autograd/variable.h"
#include "core/tensor.h"

/// Gradient clipping, to be called between backward() and step(). Parameters without a gradient are skipped.
///
/// ```cpp
/// nn::Dense model(2, 1);
/// sum(model(Variable(ones({8, 2})))).backward();
/// const Tensor norm = nn::clip_grad_norm(model.parameters(), 1.0);  // the norm before clipping
/// ```
namespace tinytorch::nn {

/// Scales the gradients so that their common norm is at most max_norm (Pascanu, Mikolov and Bengio 2013).
/// Like PyTorch's clip_grad_norm_, it multiplies them by max_norm / (norm + 1e-6) if that is less than 1. It
/// does not wait for the device.
/// @param p  the norm is the p-norm of all elements together; p may be infinity
/// @return   the norm before clipping, [], in the dtype and on the device of the first gradient; 0 if there
///           are no gradients
/// @throws ValueError  max_norm is negative or NaN, or p is not positive
Tensor clip_grad_norm(std::vector<Variable> parameters, double max_norm, double p = 2);

/// Clamps each element of the gradients to [-clip_value, clip_value].
/// @throws ValueError  clip_value is negative or NaN
void clip_grad_value(std::vector<Variable> parameters, double clip_value);

}  // namespace tinytorch::nn
