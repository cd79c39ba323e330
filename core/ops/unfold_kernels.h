#pragma once

#include "core/kernel.h"
#include "core/ops/window.h"
#include "core/tensor.h"

namespace tinytorch::kernels {

/// columns[n, (c, k, l), (i, j)] = x[n, c, i stride - padding + k dilation, ...]; 0 outside. Contiguous, of
/// one floating dtype, not empty. `output` is window_output_size().
inline Kernel<void(const Tensor& x, const Window& window, const Pair& output, Tensor& columns)> unfold{
    "unfold"};
/// x = the transpose of that map applied to columns.
inline Kernel<void(const Tensor& columns, const Window& window, const Pair& output, Tensor& x)> fold{"fold"};

}  // namespace tinytorch::kernels
