#pragma once

#include "core/kernel.h"
#include "core/tensor.h"

namespace tinytorch::kernels {

/// Sorts x along its last axis: values in order, and their indices along the axis (i64). Stable; NaN is the
/// largest. Every dtype; all contiguous, of x's shape, not empty.
inline Kernel<void(const Tensor& x, const bool& descending, Tensor& indices, Tensor& values)> sort{"sort"};

}  // namespace tinytorch::kernels
