#pragma once

#include <cstdint>

#include "core/ops/convolution.h"
#include "core/tensor.h"

// f32 convolutions that are not left to cuDNN, because it adds without regard to rounding errors. The
// functions are those of core/ops/convolution_kernels.h, without a bias.
namespace tinytorch::cuda {

/// True for sums of many terms in f32, unless TF32 is allowed.
bool needs_compensation(const Tensor& x, std::int64_t terms);

void compensated_conv2d(const Tensor& x, const Tensor& weight, const Conv2dOptions& options, Tensor& y);
void compensated_input_gradient(const Tensor& grad, const Tensor& weight, const Conv2dOptions& options,
                                Tensor& dx);
void compensated_weight_gradient(const Tensor& grad, const Tensor& x, const Conv2dOptions& options,
                                 Tensor& dw);

}  // namespace tinytorch::cuda
