#pragma once

#include "autograd/ops.h"

// Internal.
namespace tinytorch {

/// The gradient of relu's input from that of its result y: grad where y is positive, else 0.
inline Variable relu_gradient(const Variable& grad, const Variable& y) {
  const Variable zero = zeros_like(grad);
  return where(y > zero, grad, zero);
}

}  // namespace tinytorch
