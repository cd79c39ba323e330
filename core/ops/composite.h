#pragma once

#include <initializer_list>
#include <type_traits>
#include <vector>

#include "core/ops/arithmetic.h"
#include "core/ops/comparison.h"
#include "core/ops/reduction.h"
#include "core/ops/shape.h"
#include "core/tensor.h"

/// Ops that are made of other ops, written once for Tensor and Variable. Each throws what its parts throw.
namespace tinytorch {

namespace detail {
/// @throws ShapeError  x has not length 1 at this axis, which is returned normalised
int squeezable_axis(const Shape& shape, int axis);
Shape squeezed(const Shape& shape);
Shape flattened(const Shape& shape, int start);
/// Exchanges two axes of 0 ... rank-1.
Axes exchanged_axes(int rank, int axis0, int axis1);
/// The place along the axis, counted from the front. @throws ValueError  no such place
std::int64_t checked_place(const Shape& shape, int axis, std::int64_t place);
/// The axes along which a tensor of shape `to` is repeated when broadcast to `from`.
/// @throws ShapeError  it does not broadcast to it
Axes broadcast_axes(const Shape& from, const Shape& to);
}  // namespace detail

/// Mean over the axes (all where none are given); of integers in f32. NaN over no elements.
template <TensorLike T>
T mean(const T& x, const Axes& axes = {}, bool keepdim = false) {
  const T total = sum(x, axes, keepdim);
  const double count =
      x.numel() == 0 ? 0.0 : static_cast<double>(x.numel()) / static_cast<double>(total.numel());
  return total / count;
}

/// x times x, elementwise.
template <TensorLike T>
T square(const T& x) {
  return x * x;
}

/// x brought between low and high, elementwise; high where they cross. NaN stays. At the bounds the whole
/// gradient is x's, as in PyTorch. Bounds are numbers or tensors that broadcast.
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

/// `value` where the mask is true, else x.
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

/// a + weight (b - a), elementwise; b itself where the weight is 1, up to rounding.
template <TensorLike T>
T lerp(const T& a, const std::type_identity_t<T>& b, const std::type_identity_t<T>& weight) {
  return a + weight * (b - a);
}

/// 1 / x, elementwise; of integers in f32.
template <TensorLike T>
T reciprocal(const T& x) {
  return T(1) / x;
}

/// A view with two axes exchanged, the last two unless told otherwise.
template <TensorLike T>
T transpose(const T& x, int axis0 = -2, int axis1 = -1) {
  return permute(x, detail::exchanged_axes(x.rank(), axis0, axis1));
}

/// A view without one axis of length 1.
/// @throws ShapeError  no such axis, or its length is not 1
template <TensorLike T>
T squeeze(const T& x, int axis) {
  Shape shape = x.shape();
  shape.erase(detail::squeezable_axis(shape, axis));
  return reshape(x, shape);
}

/// A view without any axis of length 1.
template <TensorLike T>
T squeeze(const T& x) {
  return reshape(x, detail::squeezed(x.shape()));
}

/// A view with a new axis of length 1 that becomes axis `axis` of the result.
template <TensorLike T>
T unsqueeze(const T& x, int axis) {
  Shape shape = x.shape();
  shape.insert(normalize_axis("unsqueeze", axis, x.rank() + 1), 1);
  return reshape(x, shape);
}

/// The axes from `start` on as one.
template <TensorLike T>
T flatten(const T& x, int start = 0) {
  return reshape(x, detail::flattened(x.shape(), start));
}

/// The view at one place of an axis, which is left out; negative places count from the end.
/// @throws ShapeError  no such axis. ValueError  no such place
template <TensorLike T>
T select(const T& x, int axis, std::int64_t place) {
  const int i = normalize_axis("select", axis, x.rank());
  const std::int64_t start = detail::checked_place(x.shape(), i, place);
  return squeeze(slice(x, i, start, start + 1), i);
}

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

/// The sum over the axes along which a tensor of `shape` is repeated when broadcast to x's: the way back of a
/// gradient.
/// @throws ShapeError  `shape` does not broadcast to x's
template <TensorLike T>
T sum_to(const T& x, const Shape& shape) {
  if (x.shape() == shape) return x;
  const Axes axes = detail::broadcast_axes(x.shape(), shape);
  return reshape(axes.empty() ? x : sum(x, axes, true), shape);
}

}  // namespace tinytorch
