#pragma once

#include "core/kernel.h"
#include "core/ops/reduction_kernels.h"
#include "core/tensor.h"

namespace tinytorch::kernels {

/// A slot that moves elements along one axis. index is i64, within the axis, and has any strides (0 along
/// expanded axes). source and y have one dtype; y is contiguous.
using IndexingKernel = Kernel<void(const Tensor& source, const int& axis, const Tensor& index, Tensor& y)>;
/// y = source at the indices. y has index's shape; source has any strides, and is at least as long as index
/// along the other axes.
inline IndexingKernel gather{"gather"};
/// y at the indices = source, or += source, in place. source has index's shape and any strides; y is at least
/// as long as index along the other axes. If an index repeats along the axis, scatter writes the last value;
/// scatter_add adds from first to last, in f64 if floating.
inline IndexingKernel scatter{"scatter"};
inline IndexingKernel scatter_add{"scatter_add"};
/// y = the largest element of x, read as unsigned, so that one comparison finds negative and too large
/// indices. x is i64 and not empty.
inline ReductionKernel index_bound{"index_bound"};
/// y[ends[i] - 1] = the index along each axis of element i of the mask, for each i whose element is true. The
/// mask is bool and contiguous, with at least one axis and one element. ends is its cumulative sum, i64 and
/// contiguous. y is i64 [n, rank].
inline Kernel<void(const Tensor& mask, const Tensor& ends, Tensor& y)> nonzero{"nonzero"};

}  // namespace tinytorch::kernels
