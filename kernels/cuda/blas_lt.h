#pragma once

#include "core/ops/matmul_kernels.h"
#include "core/tensor.h"

namespace tinytorch::cuda {

/// y = f(x weightᵀ + bias) in one call of cuBLASLt, as the slot kernels::linear specifies, for f32. x is not
/// empty.
/// @return  false if the library has no algorithm for it; y is unchanged
bool lt_linear(const Tensor& x, const Tensor& weight, const Tensor& bias, Activation activation, Tensor& y);

}  // namespace tinytorch::cuda
