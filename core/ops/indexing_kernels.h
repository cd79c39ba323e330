#pragma once

#include "core/kernel.h"
#include "core/ops/reduction_kernels.h"
#include "core/tensor.h"

namespace tinytorch::kernels {

/// A slot that moves elements along one axis. index: i64, inside the axis, any strides (0 where expanded).
/// Types, words of one size, are those of x, source and y; y is contiguous.
using IndexingKernel = Kernel<void(const Tensor& source, const int& axis, const Tensor& index, Tensor& y)>;
/// y = source at the places: y has index's shape, source any strides and at least that shape at the other
/// axes.
inline IndexingKernel gather{"gather"};
/// y at the places = source, or += source, in place: source has index's shape and any strides, y at least
/// that shape at the other axes. The last of a place, or the sum from first to last in f64.
inline IndexingKernel scatter{"scatter"};
inline IndexingKernel scatter_add{"scatter_add"};
/// The largest of all i64 numbers (not none), read as unsigned: one beyond the end, or negative, shows.
inline ReductionKernel index_bound{"index_bound"};
/// y[ends[i] - 1] = the place of element i of the mask along each axis, where the mask is true. mask: bool,
/// contiguous, at least one axis and element; ends: i64, contiguous, the running count of true ones; y: i64
/// [count, axes].
inline Kernel<void(const Tensor& mask, const Tensor& ends, Tensor& y)> nonzero{"nonzero"};

}  // namespace tinytorch::kernels
