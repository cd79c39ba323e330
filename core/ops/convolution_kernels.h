#pragma once

#include "core/kernel.h"
#include "core/ops/convolution.h"
#include "core/tensor.h"

namespace tinytorch::kernels {

// In these slots no tensor is empty, all have one floating dtype, and shapes and options fit. Images are
// row-major or channels-last and dense, both of a call in the same order; weights are contiguous.

/// y[n, o, i, j] = bias[o] + sum over c, k, l of x[n, first(o) + c, i stride - padding + k dilation, ...]
/// weight[o, c, k, l], where first(o) is the first channel of o's group, and x is 0 outside. bias is
/// contiguous; undefined: none.
inline Kernel<void(const Tensor& x, const Tensor& weight, const Tensor& bias, const Conv2dOptions& options,
                   Tensor& y)>
    conv2d{"conv2d"};
/// dx = the transpose of that map of x applied to grad, which has y's shape.
inline Kernel<void(const Tensor& grad, const Tensor& weight, const Conv2dOptions& options, Tensor& dx)>
    conv2d_input_gradient{"conv2d_input_gradient"};
/// dw = the transpose of that map of the weight applied to grad.
inline Kernel<void(const Tensor& grad, const Tensor& x, const Conv2dOptions& options, Tensor& dw)>
    conv2d_weight_gradient{"conv2d_weight_gradient"};

}  // namespace tinytorch::kernels
