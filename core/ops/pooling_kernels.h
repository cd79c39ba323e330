#pragma once

#include "core/kernel.h"
#include "core/ops/window.h"
#include "core/tensor.h"

namespace tinytorch::kernels {

// In these slots the tensors of a call are floating (`indices` are i64), not empty, and dense, either all
// row-major or all channels-last.

/// y = the maximum of each window; indices = the index of each maximum in its image, unless indices is
/// undefined.
inline Kernel<void(const Tensor& x, const Window& window, Tensor& indices, Tensor& y)> max_pool2d{
    "max_pool2d"};
/// indices = the index in its image of the maximum of each bin of an adaptive pooling: along an axis, bin i
/// of n bins of `length` pixels is [floor(i length / n), ceil((i + 1) length / n)).
inline Kernel<void(const Tensor& x, Tensor& indices)> adaptive_max_pool2d{"adaptive_max_pool2d"};
/// y[n, c, o] = x[n, c, indices[n, c, o]], or 0 where the index is -1.
inline Kernel<void(const Tensor& x, const Tensor& indices, Tensor& y)> max_pool2d_at{"max_pool2d_at"};
/// dx[n, c, p] = the sum of grad[n, c, o] over all o with indices[n, c, o] = p.
inline Kernel<void(const Tensor& grad, const Tensor& indices, const Window& window, Tensor& dx)>
    max_pool2d_gradient{"max_pool2d_gradient"};

}  // namespace tinytorch::kernels
