#pragma once

#include "core/kernel.h"
#include "core/ops/window.h"
#include "core/tensor.h"

namespace tinytorch::kernels {

/// columns[n, (c, k, l), (i, j)] = x[n, c, i * stride - padding + k * dilation, j * stride - padding +
/// l * dilation], and 0 outside the image. Both tensors are contiguous, of one floating dtype and not empty.
/// `output` is window_output_size().
inline Kernel<void(const Tensor& x, const Window& window, const Pair& output, Tensor& columns)> unfold{
    "unfold"};
/// x[n, c, h, w] = the sum of the elements of columns that `unfold` would copy from there. Otherwise like
/// `unfold`.
inline Kernel<void(const Tensor& columns, const Window& window, const Pair& output, Tensor& x)> fold{"fold"};

}  // namespace tinytorch::kernels
