#pragma once

#include <cstdint>
#include <type_traits>

#include "core/kernel.h"
#include "core/ops/composite.h"
#include "core/tensor.h"

/// Reading and writing elements at places that a tensor of indices names. Indices are i64 or i32 and count
/// from the front; a negative or too large one is a ValueError that names it, found before anything is
/// written. To find it the host waits for the device once a call.
namespace tinytorch {

namespace detail {
/// The indices as i64.
/// @throws ShapeError, DTypeError, DeviceError  they do not fit x. ValueError  one is outside the axis, 0 ...
/// rank-1
Tensor checked_index(const char* op, const Tensor& x, int axis, const Tensor& index);
/// Checked places along an axis (0 ... rank-1): the index is i64 and may be an expanded view.
struct Places {
  int axis;
  Tensor index;
};
/// checked_index() of an index that has x's axes, and none but `axis` longer than x's.
Places checked_places(const char* op, const Tensor& x, int axis, const Tensor& index);
/// The same for an index with one axis, expanded to `shape`, whose axis it stands for.
Places checked_line(const char* op, const Tensor& x, int axis, const Tensor& index, const Shape& shape);
/// x's shape with another length at the axis.
Shape with_length(Shape shape, int axis, std::int64_t length);
/// @throws ShapeError  the source is not of that shape
void check_line_source(const char* op, const Shape& shape, const Tensor& source);
/// @throws ShapeError  the source is shorter than the index. DTypeError  it has another type than x
void check_source(const char* op, const Tensor& x, const Shape& index, const Tensor& source);
/// @throws DTypeError  x's type has no such number, 0.5 say. ValueError  the integer is beyond its range
void check_number(const char* op, const Tensor& x, const Tensor& number);

/// What of the source stands beside the index; a C++ number stands beside all of it.
template <TensorLike T>
T beside(const char* op, const T& x, const Places& places, const T& source) {
  const Tensor& index = places.index;
  if (value_of(source).is_weakly_typed()) {
    check_number(op, value_of(x), value_of(source));
    return expand(source.to({.dtype = x.dtype(), .device = x.device()}), index.shape());
  }
  check_source(op, value_of(x), index.shape(), value_of(source));
  T part = source;
  for (int i = 0; i < index.rank(); ++i) {
    if (part.shape()[i] > index.shape()[i]) part = slice(part, i, 0, index.shape()[i]);
  }
  return part;
}

// gather(), scatter() and scatter_add() at checked places; the source has the index's shape and x's type.
Tensor gather_unchecked(const Tensor& x, const Places& places);
Tensor scatter_unchecked(const Tensor& x, const Places& places, const Tensor& source);
Tensor scatter_add_unchecked(const Tensor& x, const Places& places, const Tensor& source);
}  // namespace detail

/// y[i][j][k] = x[i][index[i][j][k]][k] for axis 1 of three; y has index's shape. At the other axes the index
/// may be shorter than x.
/// @throws ShapeError, DTypeError, DeviceError  x and index do not fit. ValueError  an index is out of range
template <TensorLike T>
T gather(const T& x, int axis, const Tensor& index) {
  const int along = normalize_axis("gather", axis, x.rank());
  return gather_unchecked(x, detail::checked_places("gather", value_of(x), along, index));
}

/// A copy y of x in which y[i][index[i][j][k]][k] = source[i][j][k] for axis 1 of three. Of several at one
/// place the last along the axis stays, and only that gets a gradient; PyTorch leaves open which. The source
/// may be longer than the index, or a number.
/// @throws as gather(); DTypeError  the source has another type than x. ShapeError  it is shorter than the
/// index. ValueError  a number is beyond the range of x's type
template <TensorLike T>
T scatter(const T& x, int axis, const Tensor& index, const std::type_identity_t<T>& source) {
  const int along = normalize_axis("scatter", axis, x.rank());
  const detail::Places places = detail::checked_places("scatter", value_of(x), along, index);
  return scatter_unchecked(x, places, detail::beside("scatter", x, places, source));
}

/// A copy y of x in which y[i][index[i][j][k]][k] += source[i][j][k] for axis 1 of three. What comes to one
/// place is added in its order along the axis, floating numbers in f64, and rounded once: the same bits each
/// time. Integers wrap around; on bool + is or.
/// @throws as scatter()
template <TensorLike T>
T scatter_add(const T& x, int axis, const Tensor& index, const std::type_identity_t<T>& source) {
  const int along = normalize_axis("scatter_add", axis, x.rank());
  const detail::Places places = detail::checked_places("scatter_add", value_of(x), along, index);
  return scatter_add_unchecked(x, places, detail::beside("scatter_add", x, places, source));
}

/// The slices of x at these places of an axis, in their order; index has one axis.
/// @throws ShapeError, DTypeError, DeviceError  x and index do not fit. ValueError  an index is out of range
template <TensorLike T>
T index_select(const T& x, int axis, const Tensor& index) {
  const int along = normalize_axis("index_select", axis, x.rank());
  const Shape shape = detail::with_length(x.shape(), along, index.numel());
  return gather_unchecked(x, detail::checked_line("index_select", value_of(x), along, index, shape));
}

/// A copy of x to whose slice at place index[i] of the axis slice i of the source is added; see
/// scatter_add(). The source is a number, or has x's shape but for the axis, where it is as long as the
/// index, which has one axis.
/// @throws as scatter_add(); ShapeError  the source has another shape
template <TensorLike T>
T index_add(const T& x, int axis, const Tensor& index, const std::type_identity_t<T>& source) {
  const int along = normalize_axis("index_add", axis, x.rank());
  const Shape shape = detail::with_length(x.shape(), along, index.numel());
  const detail::Places places = detail::checked_line("index_add", value_of(x), along, index, shape);
  detail::check_line_source("index_add", shape, value_of(source));
  return scatter_add_unchecked(x, places, detail::beside("index_add", x, places, source));
}

/// gather() with NumPy's name and order of arguments; x and index broadcast at the other axes. With the
/// indices of argsort() it sorts.
/// @throws as gather(); ShapeError  they do not broadcast
template <TensorLike T>
T take_along_axis(const T& x, const Tensor& index, int axis) {
  const int along = normalize_axis("take_along_axis", axis, x.rank());
  const Tensor checked = detail::checked_index("take_along_axis", value_of(x), along, index);
  const Shape shape = broadcast_shapes("take_along_axis", detail::with_length(x.shape(), along, 1),
                                       detail::with_length(index.shape(), along, 1));
  const detail::Places places{along,
                              expand(checked, detail::with_length(shape, along, index.shape()[along]))};
  return gather_unchecked(expand(x, detail::with_length(shape, along, x.shape()[along])), places);
}

/// The rows of weight [n, ...] at the indices, which may have any shape: [index..., ...].
/// @throws as index_select(); ShapeError  the result has too many axes
template <TensorLike T>
T embedding(const T& weight, const Tensor& index) {
  normalize_axis("embedding", 0, weight.rank());
  Shape shape = index.shape();
  for (int i = 1; i < weight.rank(); ++i) shape.push_back(weight.shape()[i]);
  const Tensor line = reshape(index, {index.numel()});
  const Shape rows = detail::with_length(weight.shape(), 0, line.numel());
  return reshape(gather_unchecked(weight, detail::checked_line("embedding", value_of(weight), 0, line, rows)),
                 shape);
}

/// The places of the elements that are not zero, in row-major order: i64 [count, x.rank()]. The host waits
/// for the device to learn how many there are.
Tensor nonzero(const Tensor& x);

/// The elements where mask is true, in row-major order, as [count]; x and mask broadcast. Waits as nonzero().
/// @throws DTypeError  mask is not bool. ShapeError  they do not broadcast. DeviceError
template <TensorLike T>
T masked_select(const T& x, const Tensor& mask);

/// 1 at the place that the index names, else 0, along a new last axis of `classes` places; i64.
/// @throws ValueError  an index is not in 0 ... classes-1. DTypeError
Tensor one_hot(const Tensor& index, std::int64_t classes);

namespace detail {
/// x as indices of one axis of unknown length, and max(minlength, largest + 1).
/// @throws ShapeError, DTypeError, ValueError  x has not one axis, no integers, a negative one
std::int64_t bins(const Tensor& x, std::int64_t minlength);
/// As many zeros, of the weights' type.
/// @throws ShapeError  x and weights differ in shape. DeviceError
Tensor no_weight(const Tensor& x, const Tensor& weights, std::int64_t bins);
/// The places in row-major order where the mask, expanded to shape, is true.
/// @throws DTypeError  the mask is not bool. DeviceError  it lies elsewhere
Tensor true_places(const char* op, const Tensor& x, const Tensor& mask, const Shape& shape);
}  // namespace detail

/// How often each of 0, 1, ... occurs in x, integers of one axis that are not negative: i64 [max(minlength,
/// largest + 1)]. The host waits for the largest.
/// @throws ShapeError, DTypeError, ValueError  x is something else, or minlength is negative
Tensor bincount(const Tensor& x, std::int64_t minlength = 0);

/// The same with weights[i] added for x[i] instead of 1, in the weights' type. PyTorch's has no gradient.
/// @throws as above; ShapeError  x and weights differ in shape. DeviceError
template <TensorLike T>
T bincount(const Tensor& x, const T& weights, std::int64_t minlength = 0);

// Definitions of the templates.

template <TensorLike T>
T masked_select(const T& x, const Tensor& mask) {
  const Shape shape = broadcast_shapes("masked_select", x.shape(), mask.shape());
  const Tensor places = detail::true_places("masked_select", value_of(x), mask, shape);
  return gather_unchecked(reshape(expand(x, shape), {-1}), detail::Places{0, places});
}

template <TensorLike T>
T bincount(const Tensor& x, const T& weights, std::int64_t minlength) {
  const T none = T(detail::no_weight(x, value_of(weights), detail::bins(x, minlength)));
  return scatter_add_unchecked(none, detail::Places{0, x.to(DType::i64)}, weights);
}

}  // namespace tinytorch
