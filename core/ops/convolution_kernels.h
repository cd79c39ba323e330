#pragma once

#include "core/kernel.h"
#include "core/ops/convolution.h"
#include "core/tensor.h"

namespace tinytorch::kernels {

// In these slots no tensor is empty, all have one floating dtype, and shapes and options fit. Images are
// dense and row-major or channels-last, both images of a call in the same order. Weights are contiguous.

/// y[n, o, i, j] = bias[o] + the sum over c, k, l of weight[o, c, k, l] * x[n, first(o) + c, i * stride -
/// padding + k * dilation, j * stride - padding + l * dilation], where first(o) is the first channel of o's
/// group, and x is 0 outside the image. bias is contiguous, or undefined for no bias.
inline Kernel<void(const Tensor& x, const Tensor& weight, const Tensor& bias, const Conv2dOptions& options,
                   Tensor& y)>
    conv2d{"conv2d"};
/// dx = the gradient with respect to x, from the gradient `grad` with respect to y.
inline Kernel<void(const Tensor& grad, const Tensor& weight, const Conv2dOptions& options, Tensor& dx)>
    conv2d_input_gradient{"conv2d_input_gradient"};
/// dw = the gradient with respect to the weight, from the gradient `grad` with respect to y.
inline Kernel<void(const Tensor& grad, const Tensor& x, const Conv2dOptions& options, Tensor& dw)>
    conv2d_weight_gradient{"conv2d_weight_gradient"};

}  // namespace tinytorch::kernels
