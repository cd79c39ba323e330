#pragma once

#include "autograd/ops.h"

// Internal.
namespace tinytorch {

/// The gradient in front of relu, from that behind it and relu's result.
inline Variable relu_gradient(const Variable& grad, const Variable& y) {
  const Variable none = zeros_like(grad);
  return where(y > none, grad, none);
}

}  // namespace tinytorch
