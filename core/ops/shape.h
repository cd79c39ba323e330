#pragma once

#include <optional>
#include <span>
#include <vector>

#include "core/tensor.h"

namespace tinytorch {

/// The same elements in row-major order under another shape; one length may be -1 and follows from the rest.
/// A view where the strides allow it, else a copy.
/// @throws ShapeError  the number of elements differs, or more than one -1
Tensor reshape(const Tensor& x, const Shape& shape);

/// A view with the axes in another order: axis i of the result is axis axes[i] of x.
/// @throws ShapeError  axes is not a permutation of x's
Tensor permute(const Tensor& x, const Axes& axes);

/// A view in which axes of length 1, and new leading ones, repeat to the given lengths; -1 keeps a length.
/// @throws ShapeError  a length other than 1 would change
Tensor expand(const Tensor& x, const Shape& shape);

/// A view of every step-th element along an axis from start up to but without stop. As in Python, negative
/// numbers count from the end and numbers past the ends are cut; left out means to the end.
/// @throws ShapeError  no such axis. ValueError  step < 1
Tensor slice(const Tensor& x, int axis, std::int64_t start = 0, std::optional<std::int64_t> stop = {},
             std::int64_t step = 1);

/// A copy of x in which that slice is `source`, broadcast to its shape.
/// @throws as slice(); ShapeError  source does not broadcast to the slice
Tensor slice_scatter(const Tensor& x, const Tensor& source, int axis, std::int64_t start = 0,
                     std::optional<std::int64_t> stop = {}, std::int64_t step = 1);

/// Joins tensors along an existing axis; types promote.
/// @throws ShapeError  no tensors, or lengths differ at another axis. DeviceError  different devices
Tensor concat(std::span<const Tensor> tensors, int axis = 0);
inline Tensor concat(std::initializer_list<Tensor> tensors, int axis = 0) {
  return concat(std::span(tensors.begin(), tensors.size()), axis);
}
inline Tensor concat(const std::vector<Tensor>& tensors, int axis = 0) {
  return concat(std::span(tensors), axis);
}

}  // namespace tinytorch
