#pragma once

#include <cstdint>

#include "core/kernel.h"
#include "core/ops/reduction_kernels.h"
#include "core/tensor.h"

namespace tinytorch {

/// Whether a kernel has to check that indices are within the axis, and what it found. If the check failed,
/// the elements of y are unspecified.
struct IndexCheck {
  bool is_needed = false;
  bool failed = false;
};

namespace kernels {

/// y = source at the indices, which are i64, within the axis, and have any strides (0 along expanded axes).
/// y is contiguous and has index's shape; source has y's dtype, any strides, and is at least as long as index
/// along the other axes.
inline Kernel<void(const Tensor& source, const int& axis, const Tensor& index, IndexCheck& check, Tensor& y)>
    gather{"gather"};
/// A slot that moves elements to the indices along an axis. index is as for gather. x, source and y have one
/// dtype; x has y's shape; x and source have any strides (0 along expanded axes); x may be y.
using ScatterKernel = Kernel<void(const Tensor& x, const Tensor& source, const int& axis, const Tensor& index,
                                  IndexCheck& check, Tensor& y)>;
/// y = x, but at the indices = source, or += source. source has index's shape; y is at least as long as index
/// along the other axes. If an index repeats along the axis, scatter writes the last value; scatter_add adds
/// all, in f64 if floating, in an order that depends on the shapes and strides alone.
inline ScatterKernel scatter{"scatter"};
inline ScatterKernel scatter_add{"scatter_add"};
/// The gradients of scatter: dx = grad, but 0 at the indices; dsource = grad at the indices, but 0 for a
/// source that a later one of its line overwrote. index is as for gather and within the axis; dx has grad's
/// shape, which has any strides; dsource has index's shape; both are contiguous, of grad's dtype, which is
/// floating.
inline Kernel<void(const Tensor& grad, const int& axis, const Tensor& index, Tensor& dsource, Tensor& dx)>
    scatter_gradient{"scatter_gradient"};
/// y = the largest element of x, read as unsigned, so that one comparison finds negative and too large
/// indices. x is i64 and not empty.
inline ReductionKernel index_bound{"index_bound"};
/// counts[i] = the number of true elements of the i-th kMaskBlock elements of the mask, of which the last may
/// be fewer. The mask is bool, contiguous and not empty; counts is i64 and contiguous.
inline constexpr std::int64_t kMaskBlock = 1024;
inline Kernel<void(const Tensor& mask, Tensor& counts)> count_true{"count_true"};
/// y = the index along each axis of the true elements of the mask, in order; y is i64 [n, rank]. Those of
/// block i end at row ends[i], the cumulative sum of count_true's counts. The mask has at least one axis.
inline Kernel<void(const Tensor& mask, const Tensor& ends, Tensor& y)> nonzero{"nonzero"};

}  // namespace kernels

}  // namespace tinytorch
