#pragma once

#include "core/kernel.h"
#include "core/tensor.h"

namespace tinytorch::kernels {

/// y = rotate_halves(x, cosine, sine). x and y [..., width] of the same shape, any strides; cosine and sine
/// [..., width / 2] with the same leading lengths, any strides (0 where broadcast). One floating dtype. y may
/// be x.
inline Kernel<void(const Tensor& x, const Tensor& cosine, const Tensor& sine, Tensor& y)> rotate_halves{
    "rotate_halves"};

}  // namespace tinytorch::kernels
