#pragma once

#include "core/kernel.h"
#include "core/tensor.h"

namespace tinytorch::kernels {

/// Sorts x along its last axis: `values` are the sorted elements, unless undefined, and `indices` (i64) their
/// indices along the axis. The sort is stable; NaN counts as the largest. Every dtype; all tensors are
/// contiguous, of x's shape and not empty.
inline Kernel<void(const Tensor& x, const bool& descending, Tensor& values, Tensor& indices)> sort{"sort"};
/// The first elements of sort(x, largest): indices and values have the same shape, whose last axis, of at
/// least 1 element, is at most an eighth of x's.
inline Kernel<void(const Tensor& x, const bool& largest, Tensor& values, Tensor& indices)> topk{"topk"};

/// indices[..., j] = the index along the last axis of x of the element that sort() puts at ranks[..., j]. x
/// has any dtype, the others i64 and one shape. All are contiguous and not empty.
inline Kernel<void(const Tensor& x, const Tensor& ranks, Tensor& indices)> order_statistics{
    "order_statistics"};

}  // namespace tinytorch::kernels
