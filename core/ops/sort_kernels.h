#pragma once

#include "core/kernel.h"
#include "core/tensor.h"

namespace tinytorch::kernels {

/// Sorts x along its last axis: `values` are the sorted elements, `indices` (i64) their indices along the
/// axis. The sort is stable; NaN counts as the largest. Every dtype; all tensors are contiguous, of x's shape
/// and not empty.
inline Kernel<void(const Tensor& x, const bool& descending, Tensor& indices, Tensor& values)> sort{"sort"};

}  // namespace tinytorch::kernels
