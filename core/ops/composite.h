#pragma once

#include <cstdint>
#include <initializer_list>
#include <type_traits>
#include <vector>

#include "core/ops/arithmetic.h"
#include "core/ops/comparison.h"
#include "core/ops/reduction.h"
#include "core/ops/shape.h"
#include "core/tensor.h"

/// Ops that are made of other ops, written once for Tensor and Variable. Each throws what the ops that it
/// calls throw.
///
/// ```cpp
/// const Tensor x{{1.0, -2.0, 3.0}, {4.0, 5.0, -6.0}};
/// const Tensor bounded = clamp(x, -1.0, 4.0);                // [[1, -1, 3], [4, 4, -1]]
/// const Tensor columns = transpose(x);                       // [3, 2]
/// const Tensor last = select(x, 1, -1);                      // [3, -6]
/// const Tensor centred = x - mean(x, {1}, true);             // each row has the mean 0
/// const Tensor pair = stack({last, select(x, 1, 0)}, 1);     // [2, 2]
/// ```
namespace tinytorch {

/// Mean over the axes (all where none are given); of integers in f32. NaN over no elements.
/// @throws ShapeError  no such axis, or one named twice
template <TensorLike T>
T mean(const T& x, const Axes& axes = {}, bool keepdim = false) {
  const T total = sum(x, axes, keepdim);
  const double n = x.numel() == 0 ? 0.0 : static_cast<double>(x.numel()) / static_cast<double>(total.numel());
  return total / n;
}

/// x times x, elementwise.
template <TensorLike T>
T square(const T& x) {
  return x * x;
}

/// Limits x to [low, high], elementwise; high where low exceeds it. NaN stays NaN. At the bounds the whole
/// gradient is x's, as in PyTorch. Bounds are scalars or tensors that broadcast.
template <TensorLike T>
T clamp(const T& x, const std::type_identity_t<T>& low, const std::type_identity_t<T>& high) {
  return clamp_max(clamp_min(x, low), high);
}
template <TensorLike T>
T clamp_min(const T& x, const std::type_identity_t<T>& low) {
  return where(x < low, low, x);
}
template <TensorLike T>
T clamp_max(const T& x, const std::type_identity_t<T>& high) {
  return where(x > high, high, x);
}

/// `value` where the mask is true, else x; all three broadcast.
/// @throws DTypeError  the mask is not bool
template <TensorLike T>
T masked_fill(const T& x, const Tensor& mask, const std::type_identity_t<T>& value) {
  return where(mask, value, x);
}

/// x + value a b, elementwise.
template <TensorLike T>
T addcmul(const T& x, const std::type_identity_t<T>& a, const std::type_identity_t<T>& b, double value = 1) {
  return x + (value == 1 ? a : T(a * value)) * b;
}

/// Linear interpolation, a + weight (b - a), elementwise; b where the weight is 1, up to rounding.
template <TensorLike T>
T lerp(const T& a, const std::type_identity_t<T>& b, const std::type_identity_t<T>& weight) {
  return a + weight * (b - a);
}

/// 1 / x, elementwise; of integers in f32.
template <TensorLike T>
T reciprocal(const T& x) {
  return T(1) / x;
}

/// A view with two axes exchanged, by default the last two.
/// @throws ShapeError  no such axis
template <TensorLike T>
T transpose(const T& x, int axis0 = -2, int axis1 = -1);

/// A view without one axis of length 1.
/// @throws ShapeError  no such axis, or its length is not 1
template <TensorLike T>
T squeeze(const T& x, int axis);

/// A view without the axes of length 1.
template <TensorLike T>
T squeeze(const T& x);

/// A view with a new axis of length 1, which is axis `axis` of the result.
/// @throws ShapeError  the result has no such axis
template <TensorLike T>
T unsqueeze(const T& x, int axis) {
  Shape shape = x.shape();
  shape.insert(normalize_axis("unsqueeze", axis, x.rank() + 1), 1);
  return reshape(x, shape);
}

/// Joins the axes from `start` on into one, as reshape() does; a scalar becomes `[1]`.
/// @throws ShapeError  no such axis
template <TensorLike T>
T flatten(const T& x, int start = 0);

/// The view at one index of an axis, which is left out; a negative index counts from the end.
/// @throws ShapeError  no such axis
/// @throws ValueError  no such index
template <TensorLike T>
T select(const T& x, int axis, std::int64_t index);

/// Joins tensors of one shape along a new axis.
/// @throws ShapeError  no tensors, or shapes differ
template <TensorLike T>
T stack(const std::vector<T>& tensors, int axis = 0) {
  std::vector<T> rows;
  rows.reserve(tensors.size());
  for (const T& tensor : tensors) rows.push_back(unsqueeze(tensor, axis));
  return concat(rows, axis);
}
template <TensorLike T>
T stack(std::initializer_list<T> tensors, int axis = 0) {
  return stack(std::vector<T>(tensors), axis);
}

/// Sums x over the axes along which a tensor of `shape` is repeated when broadcast to x's shape: the gradient
/// of broadcasting.
/// @return  a tensor of `shape`; x itself where that is its shape
/// @throws ShapeError  `shape` does not broadcast to x's
template <TensorLike T>
T sum_to(const T& x, const Shape& shape);

}  // namespace tinytorch
