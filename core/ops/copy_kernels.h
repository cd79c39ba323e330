#pragma once

#include "core/kernel.h"
#include "core/tensor.h"

namespace tinytorch::kernels {

/// y[...] = x[...]. Same shape and device; any strides; any two dtypes, converted by convert(). x and y do
/// not overlap.
inline Kernel<void(const Tensor& x, Tensor& y)> copy{"copy"};

}  // namespace tinytorch::kernels
