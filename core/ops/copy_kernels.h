#pragma once

#include <cstdint>

#include "core/kernel.h"
#include "core/tensor.h"

namespace tinytorch::kernels {

/// y[...] = x[...]. Same shape and device; any strides; any two dtypes, converted by convert(). x and y do
/// not overlap.
inline Kernel<void(const Tensor& x, Tensor& y)> copy{"copy"};
/// y = x with the order of the elements along these axes reversed. The axes differ and are 0 ... rank-1. Same
/// shape, dtype and device; any strides. x and y do not overlap, and are not empty.
inline Kernel<void(const Tensor& x, const Axes& axes, Tensor& y)> flip{"flip"};
/// y[..., i, j] = x[..., i, j] where j - i >= diagonal (upper) or <= diagonal (lower), else 0. |diagonal| is
/// at most the longer axis + 1. Same shape and dtype; contiguous and not empty.
inline Kernel<void(const Tensor& x, const std::int64_t& diagonal, const bool& upper, Tensor& y)> triangle{
    "triangle"};

}  // namespace tinytorch::kernels
