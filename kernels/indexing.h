#pragma once

#include <cstdint>

#include "core/ops/indexing_kernels.h"
#include "core/tensor.h"

// The operands of gather and scatter for the kernels of every device.
namespace tinytorch {

/// A view of x with this shape: x's first elements along the axis are broadcast along it. Along the other
/// axes `shape` is not longer than x.
Tensor broadcast_along(const Tensor& x, int axis, const Shape& shape);

/// Checks all indices at once if a check is needed. False if one is not within an axis of this length.
bool passes(IndexCheck& check, const Tensor& index, std::int64_t length);

/// A scatter whose indices are sorted by target. A line is a one-dimensional slice along the axis. Element k
/// of a line is the k-th of its sorted indices. It does the work of its target if it is the first index of
/// that target: so one thread combines all sources of a target, in order. `sorted`, `position`, `source` and
/// `y` have the index's shape and are used for their strides.
struct Scatter {
  Tensor indices;       ///< i64: the lines, sorted and contiguous; lines that are broadcast are stored once
  Tensor order;         ///< i64: the position that each of them had in its line; shape as `indices`
  Tensor sorted;        ///< a view of `indices`
  Tensor position;      ///< a view whose offsets are the positions k
  Tensor source;        ///< the first source of each line
  Tensor y;             ///< with y's strides: the targets of a line begin k strides before element k
  std::int64_t length;  ///< of a line
  std::int64_t source_stride;  ///< between sources of a line
  std::int64_t y_stride;       ///< between targets of a line
};
Scatter make_scatter(const Tensor& source, int axis, const Tensor& index, const Tensor& y);

}  // namespace tinytorch
