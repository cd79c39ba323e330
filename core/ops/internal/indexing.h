#pragma once

#include "core/op_scope.h"
#include "core/ops/composite.h"
#include "core/ops/indexing.h"
#include "core/ops/internal/scaled.h"

// Internal: the checks of core/ops/indexing.h, the ops on checked indices, and the definitions of its
// templates.
namespace tinytorch {

namespace detail {

/// Indices along an axis (0 ... rank-1): i64, any strides (0 where expanded).
struct IndexMap {
  int axis;
  Tensor index;
  bool is_in_range = true;   ///< the indices are known to be within the axis; else the op checks that
  bool is_distinct = false;  ///< no index is known to repeat along the axis
};

/// The indices as i64.
/// @throws ShapeError, DTypeError, DeviceError  they do not fit x
/// @throws ValueError  one is out of range
Tensor checked_index(const char* op, const Tensor& x, int axis, const Tensor& index);
/// An index that has x's axes, and only `axis` longer than x's. The op will check that it is in range.
/// @throws ShapeError, DTypeError, DeviceError  as checked_index()
IndexMap index_map(const char* op, const Tensor& x, int axis, const Tensor& index);
/// checked_index() of an index with one axis, expanded from that axis to `shape`.
IndexMap checked_slices(const char* op, const Tensor& x, int axis, const Tensor& index, const Shape& shape);
/// x's shape with another length at the axis.
Shape with_length(Shape shape, int axis, std::int64_t length);
/// @throws ShapeError  the source is neither of that shape nor a scalar
void check_slices_source(const char* op, const Shape& shape, const Tensor& source);
/// @throws ShapeError  the source is shorter than the index. DTypeError  it has another dtype than x
void check_source(const char* op, const Tensor& x, const Shape& index, const Tensor& source);
/// @throws DTypeError  x's dtype has no such value, 0.5 say. ValueError  the integer is beyond its range
void check_scalar_source(const char* op, const Tensor& x, const Tensor& scalar);
/// @throws DTypeError  x is not floating, and alpha is no integer
void check_alpha(const char* op, const Tensor& x, double alpha);
/// The number of bins of bincount().
/// @throws ShapeError, DTypeError, ValueError  x has not one axis, no integers, a negative one
std::int64_t number_of_bins(const Tensor& x, std::int64_t minlength);
/// That many zeros, of the weights' dtype.
/// @throws ShapeError  x and weights differ in shape. DeviceError  different devices
Tensor zero_bins(const Tensor& x, const Tensor& weights, std::int64_t bins);
/// The row-major positions where the mask, expanded to `shape`, is true.
/// @throws DTypeError  the mask is not bool. DeviceError  different devices
Tensor true_positions(const char* op, const Tensor& x, const Tensor& mask, const Shape& shape);

// gather(), scatter() and scatter_add() without checks of shapes and dtypes: the source has the index's shape
// and x's dtype. They throw a ValueError if an index that is not known to be in range is not.
// autograd/internal/indexing.h has them for Variables.
Tensor gather_unchecked(const Tensor& x, const IndexMap& map);
Tensor scatter_unchecked(const Tensor& x, const IndexMap& map, const Tensor& source);
Tensor scatter_add_unchecked(const Tensor& x, const IndexMap& map, const Tensor& source);
/// scatter_add_unchecked() to zeros of this shape.
Tensor scatter_add_to_zeros(const Shape& shape, const IndexMap& map, const Tensor& source);

/// The gradients of scatter_unchecked() from that of its result.
struct ScatterGradients {
  Tensor x;
  Tensor source;
};
ScatterGradients scatter_gradients(const Tensor& grad, const IndexMap& map);

/// The source in the index's shape: a scalar expanded, a longer source cut.
template <TensorLike T>
T broadcast_source(const char* op, const T& x, const IndexMap& map, const T& source) {
  const Shape& shape = map.index.shape();
  if (value_of(source).is_weakly_typed()) {
    check_scalar_source(op, value_of(x), value_of(source));
    return expand(source.to({.dtype = x.dtype(), .device = x.device()}), shape);
  }
  check_source(op, value_of(x), shape, value_of(source));
  T cut = source;
  for (int i = 0; i < shape.size(); ++i) {
    if (cut.shape()[i] > shape[i]) cut = slice(cut, i, 0, shape[i]);
  }
  return cut;
}

}  // namespace detail

template <TensorLike T>
T gather(const T& x, int axis, const Tensor& index) {
  const OpScope scope("gather");
  const int along = normalize_axis("gather", axis, x.rank());
  return gather_unchecked(x, detail::index_map("gather", value_of(x), along, index));
}

template <TensorLike T>
T scatter(const T& x, int axis, const Tensor& index, const std::type_identity_t<T>& source) {
  const OpScope scope("scatter");
  const int along = normalize_axis("scatter", axis, x.rank());
  const detail::IndexMap map = detail::index_map("scatter", value_of(x), along, index);
  return scatter_unchecked(x, map, detail::broadcast_source("scatter", x, map, source));
}

template <TensorLike T>
T scatter_add(const T& x, int axis, const Tensor& index, const std::type_identity_t<T>& source) {
  const OpScope scope("scatter_add");
  const int along = normalize_axis("scatter_add", axis, x.rank());
  const detail::IndexMap map = detail::index_map("scatter_add", value_of(x), along, index);
  return scatter_add_unchecked(x, map, detail::broadcast_source("scatter_add", x, map, source));
}

template <TensorLike T>
T index_select(const T& x, int axis, const Tensor& index) {
  const OpScope scope("index_select");
  const int along = normalize_axis("index_select", axis, x.rank());
  const Shape shape = detail::with_length(x.shape(), along, index.numel());
  return gather_unchecked(x, detail::checked_slices("index_select", value_of(x), along, index, shape));
}

template <TensorLike T>
T index_add(const T& x, int axis, const Tensor& index, const std::type_identity_t<T>& source, double alpha) {
  const OpScope scope("index_add");
  const int along = normalize_axis("index_add", axis, x.rank());
  const Shape shape = detail::with_length(x.shape(), along, index.numel());
  const detail::IndexMap map = detail::checked_slices("index_add", value_of(x), along, index, shape);
  detail::check_slices_source("index_add", shape, value_of(source));
  detail::check_alpha("index_add", value_of(x), alpha);
  return scatter_add_unchecked(x, map, scaled(detail::broadcast_source("index_add", x, map, source), alpha));
}

template <TensorLike T>
T take_along_axis(const T& x, const Tensor& index, int axis) {
  const OpScope scope("take_along_axis");
  const int along = normalize_axis("take_along_axis", axis, x.rank());
  const Tensor checked = detail::checked_index("take_along_axis", value_of(x), along, index);
  const Shape shape = broadcast_shapes("take_along_axis", detail::with_length(x.shape(), along, 1),
                                       detail::with_length(index.shape(), along, 1));
  const detail::IndexMap map{along, expand(checked, detail::with_length(shape, along, index.shape()[along]))};
  return gather_unchecked(expand(x, detail::with_length(shape, along, x.shape()[along])), map);
}

template <TensorLike T>
T embedding(const T& weight, const Tensor& index) {
  const OpScope scope("embedding");
  normalize_axis("embedding", 0, weight.rank());
  Shape shape = index.shape();
  for (int i = 1; i < weight.rank(); ++i) shape.push_back(weight.shape()[i]);
  const Tensor flat = reshape(index, {index.numel()});
  const Shape rows = detail::with_length(weight.shape(), 0, flat.numel());
  const detail::IndexMap map = detail::checked_slices("embedding", value_of(weight), 0, flat, rows);
  return reshape(gather_unchecked(weight, map), shape);
}

template <TensorLike T>
T masked_select(const T& x, const Tensor& mask) {
  const OpScope scope("masked_select");
  const Shape shape = broadcast_shapes("masked_select", x.shape(), mask.shape());
  const Tensor positions = detail::true_positions("masked_select", value_of(x), mask, shape);
  return gather_unchecked(reshape(expand(x, shape), {-1}),
                          detail::IndexMap{.axis = 0, .index = positions, .is_distinct = true});
}

template <TensorLike T>
T bincount(const Tensor& x, const T& weights, std::int64_t minlength) {
  const OpScope scope("bincount");
  const T bins = T(detail::zero_bins(x, value_of(weights), detail::number_of_bins(x, minlength)));
  return scatter_add_unchecked(bins, detail::IndexMap{0, x.to(DType::i64)}, weights);
}

}  // namespace tinytorch

/// The templates of core/ops/indexing.h for one of Tensor and Variable.
#define TINYTORCH_INSTANTIATE_INDEXING(T)                                  \
  template T gather<T>(const T&, int, const Tensor&);                      \
  template T scatter<T>(const T&, int, const Tensor&, const T&);           \
  template T scatter_add<T>(const T&, int, const Tensor&, const T&);       \
  template T index_select<T>(const T&, int, const Tensor&);                \
  template T index_add<T>(const T&, int, const Tensor&, const T&, double); \
  template T take_along_axis<T>(const T&, const Tensor&, int);             \
  template T embedding<T>(const T&, const Tensor&);                        \
  template T masked_select<T>(const T&, const Tensor&);                    \
  template T bincount<T>(const Tensor&, const T&, std::int64_t)
