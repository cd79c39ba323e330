#pragma once

#include "core/kernel.h"
#include "core/tensor.h"

namespace tinytorch::kernels {

/// y = rotate_halves(x, cosine, sine). x and y are [..., width], of the same shape and any strides. cosine
/// and sine are [..., width / 2] with the same leading lengths and any strides (0 along broadcast axes). All
/// have one floating dtype. y may be x.
inline Kernel<void(const Tensor& x, const Tensor& cosine, const Tensor& sine, Tensor& y)> rotate_halves{
    "rotate_halves"};

}  // namespace tinytorch::kernels
