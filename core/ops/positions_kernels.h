#pragma once

#include "core/kernel.h"
#include "core/tensor.h"

namespace tinytorch::kernels {

/// A slot for rotations. x and y are [..., width], of the same shape and any strides. cosine and sine are
/// [..., width / 2] with the same leading lengths and any strides (0 along broadcast axes). All have one
/// floating dtype. y may be x.
using RotateKernel = Kernel<void(const Tensor& x, const Tensor& cosine, const Tensor& sine, Tensor& y)>;
// The functions of the same names in core/ops/positions.h.
inline RotateKernel rotate_halves{"rotate_halves"};
inline RotateKernel rotate_interleaved{"rotate_interleaved"};

}  // namespace tinytorch::kernels
