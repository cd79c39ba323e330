#pragma once

#include "core/op_scope.h"
#include "core/ops/composite.h"
#include "core/ops/internal/check.h"
#include "core/ops/internal/reduction.h"

// Internal: the definitions of the composite ops that need helpers. core/ops/composite.cpp instantiates them
// for Tensor, autograd/rules/composite.cpp for Variable.
namespace tinytorch {

namespace detail {

/// The axis, normalized. @throws ShapeError  its length is not 1
int squeezable_axis(const Shape& shape, int axis);
Shape squeezed(const Shape& shape);
/// @throws ShapeError  as flatten()
Shape flattened(const Shape& shape, int start, int end);
/// The permutation that exchanges two axes.
Axes exchanged_axes(int rank, int axis0, int axis1);
/// The index along a normalized axis, counted from the front. @throws ValueError  no such index
std::int64_t select_index(const Shape& shape, int axis, std::int64_t index);
/// The axes along which a tensor of shape `from` is repeated when broadcast to `to`.
/// @throws ShapeError  it does not broadcast to it
Axes broadcast_axes(const Shape& from, const Shape& to);
/// The mean of a floating x over normalized axes. Specialized for Tensor and Variable.
template <TensorLike T>
T floating_mean(const T& x, const Axes& axes, bool keepdim);

}  // namespace detail

template <TensorLike T>
T mean(const T& x, const Axes& axes, bool keepdim) {
  const OpScope scope("mean");
  require_defined("mean", value_of(x));
  const Axes reduced = normalize_axes("mean", axes, x.rank());
  if (is_floating(x.dtype())) return detail::floating_mean(x, reduced, keepdim);
  return detail::floating_mean(T(x.to(DType::f64)), reduced, keepdim).to(DType::f32);
}

template <TensorLike T>
T transpose(const T& x, int axis0, int axis1) {
  const OpScope scope("transpose");
  return permute(x, detail::exchanged_axes(x.rank(), axis0, axis1));
}

template <TensorLike T>
T squeeze(const T& x, int axis) {
  const OpScope scope("squeeze");
  Shape shape = x.shape();
  shape.erase(detail::squeezable_axis(shape, axis));
  return reshape(x, shape);
}

template <TensorLike T>
T squeeze(const T& x) {
  const OpScope scope("squeeze");
  return reshape(x, detail::squeezed(x.shape()));
}

template <TensorLike T>
T flatten(const T& x, int start, int end) {
  const OpScope scope("flatten");
  return reshape(x, detail::flattened(x.shape(), start, end));
}

template <TensorLike T>
T select(const T& x, int axis, std::int64_t index) {
  const OpScope scope("select");
  const int i = normalize_axis("select", axis, x.rank());
  const std::int64_t start = detail::select_index(x.shape(), i, index);
  return squeeze(slice(x, i, start, start + 1), i);
}

template <TensorLike T>
T sum_to(const T& x, const Shape& shape) {
  const OpScope scope("sum_to");
  if (x.shape() == shape) return x;
  const Axes axes = detail::broadcast_axes(shape, x.shape());
  const bool is_sum = detail::reduced_numel(x.shape(), axes) != 1;
  return reshape(is_sum ? sum(x, axes, true) : x, shape);
}

}  // namespace tinytorch

/// Instantiates all of them for T.
#define TINYTORCH_INSTANTIATE_COMPOSITE(T)        \
  template T mean(const T&, const Axes&, bool);   \
  template T transpose(const T&, int, int);       \
  template T squeeze(const T&, int);              \
  template T squeeze(const T&);                   \
  template T flatten(const T&, int, int);         \
  template T select(const T&, int, std::int64_t); \
  template T sum_to(const T&, const Shape&);
