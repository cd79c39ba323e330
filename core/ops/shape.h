#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <vector>

#include "core/tensor.h"

/// Ops that change shapes: views of the same elements, and joined tensors. core/ops/composite.h has
/// transpose(), squeeze(), unsqueeze(), flatten(), select() and stack(); core/ops/rearrange.h has split() and
/// others.
/// ```cpp
/// const Tensor x{{1, 2, 3}, {4, 5, 6}};
/// const Tensor flat = reshape(x, {-1});                   // [1, 2, 3, 4, 5, 6]
/// const Tensor columns = permute(x, {1, 0});              // [[1, 4], [2, 5], [3, 6]]
/// const Tensor last = slice(x, 1, -2);                    // [[2, 3], [5, 6]]
/// const Tensor wide = concat({x, x}, 1);                  // [2, 6]
/// const Tensor repeated = expand(slice(x, 0, 0, 1), {4, 3});  // [4, 3], stride 0 along the first axis
/// ```
namespace tinytorch {

/// A tensor with the same elements in row-major order and another shape. One length may be -1; it is computed
/// from the others. The result is a view if the strides allow it, otherwise a copy.
/// @throws ShapeError  the number of elements differs, or more than one length is -1
Tensor reshape(const Tensor& x, const Shape& shape);

/// A view of x with its axes in another order: axis i of the result is axis axes[i] of x.
/// @throws ShapeError  `axes` is not a permutation of x's axes
Tensor permute(const Tensor& x, const Axes& axes);

/// A view of x in which axes of length 1 are repeated to the given lengths, with a stride of 0. The shape may
/// have further leading axes. A length of -1 keeps x's length.
/// @throws ShapeError  a length other than 1 would change
Tensor expand(const Tensor& x, const Shape& shape);

/// A view of a range of an axis: Python's x[start:stop:step] for axis 0. As in Python, negative bounds count
/// from the end, bounds beyond the ends are clamped, and without `stop` the slice extends to the end.
/// @throws ShapeError  the axis is out of range
/// @throws ValueError  step is less than 1
Tensor slice(const Tensor& x, int axis, std::int64_t start = 0, std::optional<std::int64_t> stop = {},
             std::int64_t step = 1);

/// A copy of x in which slice(x, axis, start, stop, step) is replaced by `source`, which broadcasts to the
/// slice.
/// @throws as slice()
/// @throws ShapeError   the source does not broadcast to the slice
/// @throws DeviceError  x and source are on different devices
Tensor slice_scatter(const Tensor& x, const Tensor& source, int axis, std::int64_t start = 0,
                     std::optional<std::int64_t> stop = {}, std::int64_t step = 1);

/// Joins tensors along an existing axis (PyTorch: cat). Dtypes promote.
/// @throws ShapeError   there are no tensors, they differ in the length of another axis, or the axis is out
///                      of range
/// @throws DeviceError  the tensors are on different devices
Tensor concat(std::span<const Tensor> tensors, int axis = 0);
inline Tensor concat(std::initializer_list<Tensor> tensors, int axis = 0) {
  return concat(std::span(tensors.begin(), tensors.size()), axis);
}
inline Tensor concat(const std::vector<Tensor>& tensors, int axis = 0) {
  return concat(std::span(tensors), axis);
}

}  // namespace tinytorch
