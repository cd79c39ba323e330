#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <vector>

#include "core/tensor.h"

/// Shapes: views of the same elements, and joined tensors. core/ops/composite.h has more of them:
/// transpose(), squeeze(), select(), stack().
/// ```cpp
/// const Tensor x{{1, 2, 3}, {4, 5, 6}};
/// const Tensor flat = reshape(x, {-1});                   // [1, 2, 3, 4, 5, 6]
/// const Tensor columns = permute(x, {1, 0});              // [[1, 4], [2, 5], [3, 6]]
/// const Tensor last = slice(x, 1, -2);                    // [[2, 3], [5, 6]]
/// const Tensor wide = concat({x, x}, 1);                  // [2, 6]
/// const Tensor repeated = expand(slice(x, 0, 0, 1), {4, 3});  // [4, 3], stride 0 along the first axis
/// ```
namespace tinytorch {

/// The same elements in row-major order under another shape; one length may be -1 and follows from the
/// others. A view where the strides allow it, else a copy.
/// @throws ShapeError  the number of elements differs, or more than one -1
Tensor reshape(const Tensor& x, const Shape& shape);

/// A view with the axes in another order: axis i of the result is axis axes[i] of x.
/// @throws ShapeError  axes is not a permutation of x's
Tensor permute(const Tensor& x, const Axes& axes);

/// A view in which axes of length 1, and new leading ones, repeat to the given lengths; -1 keeps a length.
/// @throws ShapeError  a length other than 1 would change
Tensor expand(const Tensor& x, const Shape& shape);

/// A view of every step-th element along an axis from start up to but without stop. As in Python, negative
/// positions count from the end, positions beyond the ends are clamped, and without `stop` the slice ends
/// with the axis.
/// @throws ShapeError  no such axis
/// @throws ValueError  step < 1
Tensor slice(const Tensor& x, int axis, std::int64_t start = 0, std::optional<std::int64_t> stop = {},
             std::int64_t step = 1);

/// A copy of x in which that slice is `source`, broadcast to its shape.
/// @throws as slice()
/// @throws ShapeError   source does not broadcast to the slice
/// @throws DeviceError  different devices
Tensor slice_scatter(const Tensor& x, const Tensor& source, int axis, std::int64_t start = 0,
                     std::optional<std::int64_t> stop = {}, std::int64_t step = 1);

/// Joins tensors along an existing axis; dtypes promote.
/// @throws ShapeError   no tensors, or lengths differ at another axis
/// @throws DeviceError  different devices
Tensor concat(std::span<const Tensor> tensors, int axis = 0);
inline Tensor concat(std::initializer_list<Tensor> tensors, int axis = 0) {
  return concat(std::span(tensors.begin(), tensors.size()), axis);
}
inline Tensor concat(const std::vector<Tensor>& tensors, int axis = 0) {
  return concat(std::span(tensors), axis);
}

}  // namespace tinytorch
