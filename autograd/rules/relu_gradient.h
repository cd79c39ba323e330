#pragma once

#include "autograd/ops.h"

// Internal.
namespace tinytorch {

/// The gradient of relu's input from that of its result y: 0 where y is 0, else grad; so at NaN too, as in
/// PyTorch.
inline Variable relu_gradient(const Variable& grad, const Variable& y) {
  const Variable zero = zeros_like(grad);
  return where(y <= zero, zero, grad);
}

}  // namespace tinytorch
