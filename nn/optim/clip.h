#pragma once

#include <vector>

#include "autograd/variable.h"
#include "core/tensor.h"

/// Gradients are kept from becoming large between backward() and step(). Parameters without one are passed
/// over.
namespace tinytorch::nn {

/// Multiplies all gradients by max_norm / (norm + 1e-6) where that is less than 1, for the p-norm of all
/// their elements together (Pascanu, Mikolov and Bengio 2013), which is given back as a number of the first
/// gradient's type and device (0 where there is none): nothing waits for the device. p may be infinity. As
/// PyTorch's.
/// @throws ValueError  max_norm is negative or NaN, or p is not positive
Tensor clip_grad_norm(std::vector<Variable> parameters, double max_norm, double p = 2);

/// Brings each element of the gradients into [-most, most]. @throws ValueError  most is negative or NaN
void clip_grad_value(std::vector<Variable> parameters, double most);

}  // namespace tinytorch::nn
