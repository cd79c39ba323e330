#pragma once

#include "core/kernel.h"
#include "core/ops/window.h"
#include "core/tensor.h"

namespace tinytorch::kernels {

/// columns[n, (c, k, l), (i, j)] = x[n, c, i stride - padding + k dilation, ...]; 0 outside. Contiguous, of
/// one floating type, not empty. `places` are the window's.
inline Kernel<void(const Tensor& x, const Window& window, const Pair& places, Tensor& columns)> unfold{
    "unfold"};
/// The transpose.
inline Kernel<void(const Tensor& columns, const Window& window, const Pair& places, Tensor& x)> fold{"fold"};

}  // namespace tinytorch::kernels
