#pragma once

#include "core/kernel.h"
#include "core/tensor.h"

namespace tinytorch::kernels {

/// Sorts x, contiguous and not empty, along its last axis: values in order, and indices (i64) of where they
/// were; both contiguous, of x's shape. All element types. Stable; NaN is the largest.
inline Kernel<void(const Tensor& x, const bool& descending, Tensor& indices, Tensor& values)> sort{"sort"};

}  // namespace tinytorch::kernels
