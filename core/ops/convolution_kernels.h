#pragma once

#include "core/kernel.h"
#include "core/ops/convolution.h"
#include "core/tensor.h"

namespace tinytorch::kernels {

// In these slots no tensor is empty, all have one floating dtype, and shapes and options fit. Images are
// dense and row-major or channels-last, both images of a call in the same order. Weights are contiguous.

/// The operations of a convolution, and of each of its gradients. Terms outside of the image count, too.
/// @param result  y, or its gradient
inline double conv2d_operations_of(const Tensor& result, const Tensor& weight) {
  return product_operations(result.numel(), weight.numel() / weight.size(0));
}
inline double conv2d_operations(const Tensor&, const Tensor& weight, const Tensor&, const Conv2dOptions&,
                                const Tensor& y) {
  return conv2d_operations_of(y, weight);
}
inline double conv2d_input_gradient_operations(const Tensor& grad, const Tensor& weight, const Conv2dOptions&,
                                               const Tensor&) {
  return conv2d_operations_of(grad, weight);
}
inline double conv2d_weight_gradient_operations(const Tensor& grad, const Tensor&, const Conv2dOptions&,
                                                const Tensor& dw) {
  return conv2d_operations_of(grad, dw);
}

/// y[n, o, i, j] = bias[o] + the sum over c, k, l of weight[o, c, k, l] * x[n, first(o) + c, i * stride -
/// padding + k * dilation, j * stride - padding + l * dilation], where first(o) is the first channel of o's
/// group, and x is 0 outside the image. bias is contiguous, or undefined for no bias.
inline Kernel<void(const Tensor& x, const Tensor& weight, const Tensor& bias, const Conv2dOptions& options,
                   Tensor& y)>
    conv2d{"conv2d", conv2d_operations};
/// dx = the gradient with respect to x, from the gradient `grad` with respect to y.
inline Kernel<void(const Tensor& grad, const Tensor& weight, const Conv2dOptions& options, Tensor& dx)>
    conv2d_input_gradient{"conv2d_input_gradient", conv2d_input_gradient_operations};
/// dw = the gradient with respect to the weight, from the gradient `grad` with respect to y.
inline Kernel<void(const Tensor& grad, const Tensor& x, const Conv2dOptions& options, Tensor& dw)>
    conv2d_weight_gradient{"conv2d_weight_gradient", conv2d_weight_gradient_operations};

}  // namespace tinytorch::kernels
