#pragma once

#include "core/kernel.h"
#include "core/ops/window.h"
#include "core/tensor.h"

namespace tinytorch::kernels {

// In these slots the tensors of a call are floating, row-major or channels-last without gaps, all in the same
// order, and not empty; `places` are i64.

/// y = the largest elements; places = where they are, or undefined: not wanted.
inline Kernel<void(const Tensor& x, const Window& window, Tensor& places, Tensor& y)> max_pool2d{
    "max_pool2d"};
/// y[n, c, o] = x[n, c, places[n, c, o]]; 0 where that is -1. x's images are not empty.
inline Kernel<void(const Tensor& x, const Tensor& places, Tensor& y)> max_pool2d_at{"max_pool2d_at"};
/// dx[n, c, p] = the sum of grad[n, c, o] over all o with places[n, c, o] = p.
inline Kernel<void(const Tensor& grad, const Tensor& places, const Window& window, Tensor& dx)>
    max_pool2d_gradient{"max_pool2d_gradient"};

}  // namespace tinytorch::kernels
