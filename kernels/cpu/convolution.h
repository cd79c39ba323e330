#pragma once

#include "core/ops/convolution.h"

namespace tinytorch::cpu {

// f32 convolutions in a library that is built for them; only in builds with oneDNN. Operands as the slots of
// core/ops/convolution.h have them. Each returns false where the library does not take this convolution.
bool library_conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias, const Conv2dOptions& options,
                    Tensor& y);
bool library_conv2d_input_gradient(const Tensor& grad, const Tensor& weight, const Conv2dOptions& options,
                                   Tensor& dx);
bool library_conv2d_weight_gradient(const Tensor& grad, const Tensor& x, const Conv2dOptions& options,
                                    Tensor& dw);

}  // namespace tinytorch::cpu
