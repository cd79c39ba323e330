#pragma once

#include "core/ops/matmul_kernels.h"
#include "core/tensor.h"

namespace tinytorch::cuda {

/// y = f(x weightᵀ + bias) in one call of cuBLASLt: f32, as the slot kernels::linear says, and x is not
/// empty.
/// @return  false if the library knows no way to do it; y is as it was
bool lt_linear(const Tensor& x, const Tensor& weight, const Tensor& bias, Activation activation, Tensor& y);

}  // namespace tinytorch::cuda
