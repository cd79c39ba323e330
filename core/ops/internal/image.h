#pragma once

#include "core/ops/copy.h"
#include "core/ops/copy_kernels.h"
#include "core/ops/creation.h"
#include "core/ops/window.h"
#include "core/tensor.h"

// Internal: tensors of images, [batch, channels, height, width], in one of two layouts. Row-major is NCHW,
// channels-last is NHWC. Dense: every element of the storage belongs to exactly one element of the tensor.
namespace tinytorch {

/// Whether x is dense in the order batch, height, width, channels, and not row-major as well.
bool is_channels_last(const Tensor& x);

/// Whether one of two dense tensors of images is channels-last, so that both count as such.
bool in_channels_last(const Tensor& x, const Tensor& y);

/// A new tensor of images, row-major or channels-last.
Tensor empty_images(const Shape& shape, bool channels_last, DType dtype, Device device);

/// x itself where it is row-major or channels-last, else a copy that is: channels-last where x has its
/// channels innermost.
Tensor dense_images(const Tensor& x);

/// x itself where it has the wanted layout, else a copy that has.
Tensor ordered_images(const Tensor& x, bool channels_last);

/// Calls compute(y), or where y is not row-major, calls it on a row-major tensor and copies that to y.
template <class Compute>
void in_rows(Tensor& y, const Compute& compute) {
  if (y.is_contiguous()) return compute(y);
  Tensor rows = empty(y.shape(), {.dtype = y.dtype(), .device = y.device()});
  compute(rows);
  kernels::copy(rows, y);
}

inline Pair image_size(const Shape& shape) { return {shape[2], shape[3]}; }

/// @throws ShapeError  x has not four axes
/// @throws DTypeError  x is not floating
void require_images(const char* op, const Tensor& x);

}  // namespace tinytorch
