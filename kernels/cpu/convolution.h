#pragma once

#include "core/ops/convolution.h"

namespace tinytorch::cpu {

// f32 convolutions by oneDNN; only defined in builds with it. The operands are those of the slots in
// core/ops/convolution_kernels.h, or, with one group, slices of channels or filters of such operands. Each
// returns false where oneDNN does not support the convolution.
bool library_conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias, const Conv2dOptions& options,
                    Tensor& y);
bool library_conv2d_input_gradient(const Tensor& grad, const Tensor& weight, const Conv2dOptions& options,
                                   Tensor& dx);
bool library_conv2d_weight_gradient(const Tensor& grad, const Tensor& x, const Conv2dOptions& options,
                                    Tensor& dw);

}  // namespace tinytorch::cpu
