#pragma once

#include "core/op_scope.h"
#include "core/ops/comparison.h"
#include "core/ops/creation.h"
#include "core/ops/internal/check.h"
#include "core/ops/internal/indexing.h"
#include "core/ops/rearrange.h"

// Internal: the checks of core/ops/rearrange.h, and the definitions of its templates.
namespace tinytorch {

namespace detail {

/// The transpose of pad(x, paddings, mode) for an x of this shape: each element is the sum of the gradients
/// of the elements that are copies of it. The arguments are those of a pad() that did not throw.
Tensor pad_gradient(const Tensor& grad, const Shape& shape, const Paddings& paddings, PadMode mode);
/// @throws ShapeError  fewer counts than axes, or too large a result. ValueError  a negative count
void check_repeat(const char* op, const Shape& shape, const Dims& counts);
/// Shapes for repeat(): y = reshape(expand(reshape(x, single), repeated), result).
struct RepeatShapes {
  Shape single, repeated, result;
};
/// The shapes that repeat the first axes with counts above 1, as many as a rank allows. Sets these counts
/// to 1.
RepeatShapes repeat_shapes(const Shape& shape, Dims& counts);
/// The shape of repeat_interleave(). @throws ShapeError  it is too large. ValueError  repeats is negative
Shape interleaved_shape(const Shape& shape, int axis, std::int64_t repeats);
/// For each index along the axis of repeat_interleave()'s result the index in x.
/// @throws as repeat_interleave()
IndexMap interleaved_map(const Tensor& x, int axis, const Tensor& repeats);
/// `shape` as [outer, n, inner] around an axis.
Shape split_at(const Shape& shape, int axis, std::int64_t n);
/// @throws ShapeError  so many views would take too much memory, even of an empty tensor
void check_views(const char* op, std::int64_t n);
/// The sizes of the chunks of an axis. @throws ValueError  size is less than 1
std::vector<std::int64_t> chunk_sizes(const Shape& shape, int axis, std::int64_t size);
/// @throws ValueError  a negative size, or they do not add up to the axis' length
void check_chunks(const Shape& shape, int axis, const std::vector<std::int64_t>& sizes);
/// @throws ValueError  chunks is less than 1
std::int64_t chunk_size(const Shape& shape, int axis, std::int64_t chunks);
/// The order of axes in which `source` is at `target`.
Axes moved_axis(int rank, int source, int target);
/// Zeros of this shape but for the diagonal, which is x: the transpose of diagonal().
Tensor on_diagonal(const Tensor& x, const Shape& shape, std::int64_t offset, int axis0, int axis1);

}  // namespace detail

template <TensorLike T>
T repeat(const T& x, const Dims& counts) {
  const OpScope scope("repeat");
  detail::check_repeat("repeat", x.shape(), counts);
  Shape shape = x.shape();
  while (shape.size() < counts.size()) shape.insert(0, 1);
  T y = reshape(x, shape);
  for (int axis = 0; axis < shape.size(); ++axis) {
    if (counts[axis] == 0) y = slice(y, axis, 0, 0);
    shape[axis] *= counts[axis];
  }
  if (y.numel() == 0) return reshape(y, shape);
  for (Dims left = counts; y.shape() != shape;) {
    const auto [single, repeated, result] = detail::repeat_shapes(y.shape(), left);
    y = reshape(expand(reshape(y, single), repeated), result);
  }
  return y;
}

template <TensorLike T>
T repeat_interleave(const T& x, std::int64_t repeats, std::optional<int> axis) {
  const OpScope scope("repeat_interleave");
  require_defined("repeat_interleave", value_of(x));
  if (!axis) return repeat_interleave(reshape(x, {x.numel()}), repeats, 0);
  const int along = normalize_axis("repeat_interleave", *axis, x.rank());
  const Shape shape = detail::interleaved_shape(x.shape(), along, repeats);
  if (repeats == 0 || x.numel() == 0)
    return reshape(slice(x, along, 0, repeats == 0 ? 0 : x.size(along)), shape);
  Shape one = detail::split_at(x.shape(), along + 1, 1), each = one;
  each[1] = repeats;
  return reshape(expand(reshape(x, one), each), shape);
}

template <TensorLike T>
T repeat_interleave(const T& x, const Tensor& repeats, std::optional<int> axis) {
  const OpScope scope("repeat_interleave");
  require_defined("repeat_interleave", value_of(x));
  if (!axis) return repeat_interleave(reshape(x, {x.numel()}), repeats, 0);
  const int along = normalize_axis("repeat_interleave", *axis, x.rank());
  return gather_unchecked(x, detail::interleaved_map(value_of(x), along, repeats));
}

template <TensorLike T>
std::vector<T> split(const T& x, const std::vector<std::int64_t>& sizes, int axis) {
  const OpScope scope("split");
  const int along = normalize_axis("split", axis, x.rank());
  detail::check_chunks(x.shape(), along, sizes);
  std::vector<T> chunks;
  std::int64_t start = 0;
  for (const std::int64_t size : sizes) {
    chunks.push_back(slice(x, along, start, start + size));
    start += size;
  }
  return chunks;
}

template <TensorLike T>
std::vector<T> split(const T& x, std::int64_t size, int axis) {
  const OpScope scope("split");
  const int along = normalize_axis("split", axis, x.rank());
  return split(x, detail::chunk_sizes(x.shape(), along, size), along);
}

template <TensorLike T>
std::vector<T> chunk(const T& x, std::int64_t chunks, int axis) {
  const OpScope scope("chunk");
  const int along = normalize_axis("chunk", axis, x.rank());
  return split(x, detail::chunk_size(x.shape(), along, chunks), along);
}

template <TensorLike T>
std::vector<T> unbind(const T& x, int axis) {
  const OpScope scope("unbind");
  const int along = normalize_axis("unbind", axis, x.rank());
  const std::int64_t length = x.shape()[along];
  detail::check_views("unbind", length);
  std::vector<T> slices;
  slices.reserve(static_cast<std::size_t>(length));
  for (std::int64_t i = 0; i < length; ++i) slices.push_back(select(x, along, i));
  return slices;
}

template <TensorLike T>
T movedim(const T& x, int source, int target) {
  const OpScope scope("movedim");
  return permute(x, detail::moved_axis(x.rank(), source, target));
}

}  // namespace tinytorch

/// The templates of core/ops/rearrange.h for one of Tensor and Variable.
#define TINYTORCH_INSTANTIATE_REARRANGE(T)                                           \
  template T repeat<T>(const T&, const Dims&);                                       \
  template T repeat_interleave<T>(const T&, std::int64_t, std::optional<int>);       \
  template T repeat_interleave<T>(const T&, const Tensor&, std::optional<int>);      \
  template std::vector<T> split<T>(const T&, const std::vector<std::int64_t>&, int); \
  template std::vector<T> split<T>(const T&, std::int64_t, int);                     \
  template std::vector<T> chunk<T>(const T&, std::int64_t, int);                     \
  template std::vector<T> unbind<T>(const T&, int);                                  \
  template T movedim<T>(const T&, int, int)
