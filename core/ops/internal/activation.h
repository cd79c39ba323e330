#pragma once

#include "core/ops/activation_kernels.h"

// Internal.
namespace tinytorch {

/// The gradient of softmax() or log_softmax() along an axis: y is the result, grad has its shape and dtype.
Tensor gradient_along_axis(const kernels::AlongAxisGradientKernel& kernel, const Tensor& y,
                           const Tensor& grad, int axis);

}  // namespace tinytorch
