#pragma once

#include "autograd/variable.h"
#include "core/ops/convolution.h"

/// Convolutions on Variables; see core/ops/convolution.h, whose templates take Variables, too.
namespace tinytorch {

Variable conv2d(const Variable& x, const Variable& weight, const Variable& bias = {},
                const Conv2dOptions& options = {});
/// conv2d_input_gradient() and conv2d_weight_gradient() are differentiable, too, for higher derivatives.
Variable conv2d_input_gradient(const Variable& grad, const Variable& weight, const Shape& input,
                               const Conv2dOptions& options = {});
Variable conv2d_weight_gradient(const Variable& grad, const Variable& x, const Shape& weight,
                                const Conv2dOptions& options = {});

}  // namespace tinytorch
