#pragma once

#include <cstdint>
#include <initializer_list>
#include <type_traits>
#include <vector>

#include "core/op_scope.h"
#include "core/ops/arithmetic.h"
#include "core/ops/comparison.h"
#include "core/ops/reduction.h"
#include "core/ops/shape.h"
#include "core/tensor.h"

/// Ops that are composed of other ops, for Tensor and Variable. Each throws what the ops that it calls throw.
///
/// ```cpp
/// const Tensor x{{1.0, -2.0, 3.0}, {4.0, 5.0, -6.0}};
/// const Tensor columns = transpose(x);                       // [3, 2]
/// const Tensor last = select(x, 1, -1);                      // [3, -6]
/// const Tensor centred = x - mean(x, {1}, true);             // each row has the mean 0
/// const Tensor pair = stack({last, select(x, 1, 0)}, 1);     // [2, 2]
/// ```
namespace tinytorch {

/// The mean over the given axes, or over all axes if none are given. It is computed in f64 and rounded once,
/// so it does not overflow where the sum would. Integers give f32. The mean of no elements is NaN.
/// @throws ShapeError  an axis is out of range or named twice
template <TensorLike T>
T mean(const T& x, const Axes& axes = {}, bool keepdim = false);

/// The square x * x, elementwise.
template <TensorLike T>
T square(const T& x) {
  const OpScope scope("square");
  return x * x;
}

/// Replaces the elements of x by `value` where the mask is true. All three broadcast.
/// @throws DTypeError  the mask is not bool
template <TensorLike T>
T masked_fill(const T& x, const Tensor& mask, const std::type_identity_t<T>& value) {
  const OpScope scope("masked_fill");
  return where(mask, value, x);
}

/// A view of x with two axes exchanged, by default the last two.
/// @throws ShapeError  an axis is out of range
template <TensorLike T>
T transpose(const T& x, int axis0 = -2, int axis1 = -1);

/// A view of x without the given axis of length 1.
/// @throws ShapeError  the axis is out of range, or its length is not 1
template <TensorLike T>
T squeeze(const T& x, int axis);

/// A view of x without its axes of length 1.
template <TensorLike T>
T squeeze(const T& x);

/// A view of x with a new axis of length 1.
/// @param axis  the index of the new axis in the result
/// @throws ShapeError  the axis is out of range, or x has kMaxRank axes
template <TensorLike T>
T unsqueeze(const T& x, int axis) {
  const OpScope scope("unsqueeze");
  Shape shape = x.shape();
  shape.insert(normalize_axis("unsqueeze", axis, x.rank() + 1), 1);
  return reshape(x, shape);
}

/// Joins the axes from `start` to `end` into one, including both: [A, B, C] with a start of 1 becomes
/// [A, B * C], and [] becomes [1]. A view if the strides allow it, otherwise a copy.
/// @throws ShapeError  an axis is out of range, or end is before start
template <TensorLike T>
T flatten(const T& x, int start = 0, int end = -1);

/// A view of x at one index of an axis, without that axis: NumPy's x[index] for axis 0. A negative index
/// counts from the end.
/// @throws ShapeError  the axis is out of range
/// @throws ValueError  the index is out of range
template <TensorLike T>
T select(const T& x, int axis, std::int64_t index);

/// Joins tensors of one shape along a new axis.
/// @throws ShapeError  there are no tensors, their shapes differ, or the axis is out of range
template <TensorLike T>
T stack(const std::vector<T>& tensors, int axis = 0) {
  const OpScope scope("stack");
  std::vector<T> rows;
  rows.reserve(tensors.size());
  for (const T& tensor : tensors) rows.push_back(unsqueeze(tensor, axis));
  return concat(rows, axis);
}
template <TensorLike T>
T stack(std::initializer_list<T> tensors, int axis = 0) {
  return stack(std::vector<T>(tensors), axis);
}

/// Sums x over the axes along which a tensor of `shape` is repeated when it is broadcast to x's shape. This
/// is the gradient of broadcasting.
/// @return  a tensor of `shape`; x itself if it has that shape
/// @throws ShapeError  `shape` does not broadcast to x's
template <TensorLike T>
T sum_to(const T& x, const Shape& shape);

}  // namespace tinytorch
