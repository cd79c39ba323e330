#pragma once

#include "core/kernel.h"
#include "core/ops/window.h"
#include "core/tensor.h"

namespace tinytorch::kernels {

// In these slots the tensors of a call are floating, row-major or channels-last and dense, all in the same
// order, and not empty; `indices` are i64.

/// y = the largest elements; indices = where in its image each is, or undefined: not wanted.
inline Kernel<void(const Tensor& x, const Window& window, Tensor& indices, Tensor& y)> max_pool2d{
    "max_pool2d"};
/// y[n, c, o] = x[n, c, indices[n, c, o]]; 0 where that is -1. x's images are not empty.
inline Kernel<void(const Tensor& x, const Tensor& indices, Tensor& y)> max_pool2d_at{"max_pool2d_at"};
/// dx[n, c, p] = the sum of grad[n, c, o] over all o with indices[n, c, o] = p.
inline Kernel<void(const Tensor& grad, const Tensor& indices, const Window& window, Tensor& dx)>
    max_pool2d_gradient{"max_pool2d_gradient"};

}  // namespace tinytorch::kernels
