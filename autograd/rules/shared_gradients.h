#pragma once

#include "autograd/ops.h"
#include "autograd/rules/unary.h"
#include "core/ops/activation_kernels.h"
#include "core/ops/math_kernels.h"

// Internal: gradients that several ops use.
namespace tinytorch {

/// The gradient of relu's input from that of its result y: 0 where y is 0, else grad; so at NaN too, as in
/// PyTorch.
inline Variable relu_gradient(const Variable& grad, const Variable& y) {
  return fused(kernels::relu_gradient, [](V grad, V y) {
    const Variable zero = zeros_like(grad);
    return where(y <= zero, zero, grad);
  })(grad, y);
}

/// The gradient of |x|: grad times the sign of x, 0 at NaN, whose sign is NaN.
inline Variable abs_gradient(const Variable& grad, const Variable& x) {
  return fused(kernels::abs_gradient, [](V grad, V x) { return grad * where(isnan(x), 0, sign(x.value())); })(
      grad, x);
}

}  // namespace tinytorch
