#pragma once

#include "core/kernel.h"
#include "core/ops/reduction_kernels.h"
#include "core/tensor.h"

namespace tinytorch::kernels {

/// A slot that moves elements along one axis. index: i64, within the axis, any strides (0 where expanded).
/// source and y have one dtype; y is contiguous.
using IndexingKernel = Kernel<void(const Tensor& source, const int& axis, const Tensor& index, Tensor& y)>;
/// y = source at the indices: y has index's shape; source any strides, and at least that shape at the other
/// axes.
inline IndexingKernel gather{"gather"};
/// y at the indices = source, or += source, in place: source has index's shape and any strides, y at least
/// that shape at the other axes. Of equal indices the last one counts, or the sum from first to last, in f64
/// where floating.
inline IndexingKernel scatter{"scatter"};
inline IndexingKernel scatter_add{"scatter_add"};
/// y = the largest element, read as unsigned, so that an index beyond the end or negative shows. x: i64, not
/// empty.
inline ReductionKernel index_bound{"index_bound"};
/// y[ends[i] - 1] = the index along each axis of element i of the mask, where the mask is true. mask: bool,
/// contiguous, at least one axis and element; ends: i64, contiguous, the cumulative sum of the mask; y: i64
/// [n, rank].
inline Kernel<void(const Tensor& mask, const Tensor& ends, Tensor& y)> nonzero{"nonzero"};

}  // namespace tinytorch::kernels
