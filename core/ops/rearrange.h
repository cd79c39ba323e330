#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/ops/comparison.h"
#include "core/ops/composite.h"
#include "core/ops/creation.h"
#include "core/ops/indexing.h"
#include "core/tensor.h"

/// Elements in other places: flipped, rolled, repeated, padded, cut up, and parts of matrices.
namespace tinytorch {

/// The elements along the axes (all where none are given) from last to first; a copy, as strides are never
/// negative.
/// @throws ShapeError  no such axis, or one named twice
Tensor flip(const Tensor& x, const Axes& axes = {});

/// A view of the elements x[..., i, ..., i + offset, ...] of two axes, which it does not have; i is its last
/// axis. Empty where the diagonal lies outside.
/// @throws ShapeError  no such axes, or the same twice
Tensor diagonal(const Tensor& x, std::int64_t offset = 0, int axis0 = 0, int axis1 = 1);

/// How many elements to put before and behind those of an axis; negative ones are taken away instead.
struct Padding {
  std::int64_t before = 0;
  std::int64_t behind = 0;
};
/// The paddings of the last axes, the last axis first, as in PyTorch: {{1, 2}} pads columns.
using Paddings = std::vector<Padding>;

/// x with `value` around it.
/// @throws ShapeError  more paddings than axes, an axis would be shorter than 0, or there would be too many
/// elements
Tensor pad(const Tensor& x, const Paddings& paddings, double value = 0);

/// What stands in the margin of pad(): `value`; the elements mirrored at the outermost, which is not
/// repeated; the outermost repeated; those of the other end.
enum class PadMode { constant, reflect, replicate, circular };

namespace detail {
/// For each place of the padded axis where in x its element lies.
/// @throws ShapeError  the axis is too short for that
Places padded_places(const Tensor& x, int axis, const Padding& padding, PadMode mode);
/// @throws as pad(); ShapeError  it would have more than 2^63 elements
Shape padded_shape(const Shape& shape, const Paddings& paddings);
/// The place along the axis where a roll begins. An empty axis begins at 0.
std::int64_t roll_start(std::int64_t shift, std::int64_t length);
void check_roll(const std::vector<std::int64_t>& shifts, const Axes& axes);
/// Counts for all axes of x, 1 in front. @throws ShapeError  fewer than axes. ValueError  a negative one
Dims repeat_counts(const char* op, const Shape& shape, const Dims& counts);
/// An empty x, repeated: no elements either.
template <TensorLike T>
T empty_repeat(const T& x, const Dims& counts) {
  Shape shape = x.shape();
  for (int axis = 0; axis < shape.size(); ++axis) shape[axis] *= counts[axis];
  return reshape(x, shape);
}
/// x's shape as [outer, 1, inner] around an axis, expanded to `count` in the middle.
Shape split_at(const Shape& shape, int axis, std::int64_t count);
/// The sizes of the parts of an axis. @throws ValueError  they do not make it up
std::vector<std::int64_t> equal_parts(const Shape& shape, int axis, std::int64_t size);
void check_parts(const Shape& shape, int axis, const std::vector<std::int64_t>& sizes);
std::int64_t chunk_size(const Shape& shape, int axis, std::int64_t chunks);
/// Which elements of the last two axes lie above a diagonal or, unless `strictly`, on it.
/// @throws ShapeError  fewer than two axes
Tensor upper(const char* op, const Tensor& x, std::int64_t diagonal, bool strictly);
/// The order of axes in which `source` stands at `target`.
Axes moved_axis(int rank, int source, int target);
/// Zeros of this shape but for the diagonal, which is x: how a gradient goes back.
Tensor on_diagonal(const Tensor& x, const Shape& shape, std::int64_t offset, int axis0, int axis1);
}  // namespace detail

/// x padded in one of the modes; see PadMode. Unlike in PyTorch any axes can be padded.
/// @throws as pad(); ShapeError  reflect needs fewer than the axis' length, circular at most that
template <TensorLike T>
T pad(const T& x, const Paddings& paddings, PadMode mode) {
  if (mode == PadMode::constant) return pad(x, paddings);
  detail::padded_shape(x.shape(), paddings);
  T y = x;
  for (int i = 0; i < static_cast<int>(paddings.size()); ++i) {
    const int axis = x.rank() - 1 - i;
    const Padding& padding = paddings[static_cast<std::size_t>(i)];
    if (padding.before == 0 && padding.behind == 0) continue;
    y = gather_unchecked(y, detail::padded_places(value_of(y), axis, padding, mode));
  }
  return y;
}

/// The elements moved by shifts[i] places along axes[i]; those that leave come in at the other end.
/// @throws ShapeError  no such axis. ValueError  not one shift an axis
template <TensorLike T>
T roll(const T& x, const std::vector<std::int64_t>& shifts, const Axes& axes) {
  detail::check_roll(shifts, axes);
  T y = x;
  for (int i = 0; i < axes.size(); ++i) {
    const int axis = normalize_axis("roll", axes[i], x.rank());
    const std::int64_t start = detail::roll_start(shifts[static_cast<std::size_t>(i)], x.shape()[axis]);
    if (start > 0) y = concat(std::vector{slice(y, axis, start), slice(y, axis, 0, start)}, axis);
  }
  return y;
}

/// The elements of x in row-major order moved by `shift` places.
template <TensorLike T>
T roll(const T& x, std::int64_t shift) {
  return reshape(roll(reshape(x, {-1}), {shift}, Axes{0}), x.shape());
}

/// x counts[i] times one behind the other along axis i; axes that x has not come in front. NumPy's tile()
/// with at least as many counts as axes.
/// @throws ShapeError  fewer counts than axes, or too large a result. ValueError  a negative count
template <TensorLike T>
T repeat(const T& x, const Dims& counts) {
  const Dims all = detail::repeat_counts("repeat", x.shape(), counts);
  Shape shape = x.shape();
  while (shape.size() < all.size()) shape.insert(0, 1);
  T y = reshape(x, shape);
  // Nothing is repeated before that makes it empty.
  for (int axis = 0; axis < shape.size(); ++axis) {
    if (all[axis] == 0) y = slice(y, axis, 0, 0);
  }
  if (y.numel() == 0) return detail::empty_repeat(y, all);
  for (int axis = 0; axis < shape.size(); ++axis) {
    if (all[axis] == 1) continue;
    shape[axis] *= all[axis];
    const T parts = reshape(y, detail::split_at(y.shape(), axis, 1));
    y = reshape(expand(parts, detail::split_at(y.shape(), axis, all[axis])), shape);
  }
  return y;
}

/// The same; counts that are left out in front are 1.
/// @throws as repeat()
template <TensorLike T>
T tile(const T& x, Dims counts) {
  while (counts.size() < x.rank()) counts.insert(0, 1);
  return repeat(x, counts);
}

/// Views of consecutive parts of an axis, of these sizes.
/// @throws ShapeError  no such axis. ValueError  a negative size, or they do not add up to the axis' length
template <TensorLike T>
std::vector<T> split(const T& x, const std::vector<std::int64_t>& sizes, int axis = 0) {
  const int along = normalize_axis("split", axis, x.rank());
  detail::check_parts(x.shape(), along, sizes);
  std::vector<T> parts;
  std::int64_t start = 0;
  for (const std::int64_t size : sizes) {
    parts.push_back(slice(x, along, start, start + size));
    start += size;
  }
  return parts;
}

/// Views of consecutive parts of an axis, each of this size but the last, which has the rest.
/// @throws ShapeError  no such axis. ValueError  the size is less than 1
template <TensorLike T>
std::vector<T> split(const T& x, std::int64_t size, int axis = 0) {
  const int along = normalize_axis("split", axis, x.rank());
  return split(x, detail::equal_parts(x.shape(), along, size), along);
}

/// split() into parts of one size, at most `chunks` of them.
/// @throws ShapeError  no such axis. ValueError  fewer than 1
template <TensorLike T>
std::vector<T> chunk(const T& x, std::int64_t chunks, int axis = 0) {
  const int along = normalize_axis("chunk", axis, x.rank());
  return split(x, detail::chunk_size(x.shape(), along, chunks), along);
}

/// The views at each place of an axis, which they do not have.
/// @throws ShapeError  no such axis
template <TensorLike T>
std::vector<T> unbind(const T& x, int axis = 0) {
  const int along = normalize_axis("unbind", axis, x.rank());
  std::vector<T> slices;
  for (std::int64_t i = 0; i < x.shape()[along]; ++i) slices.push_back(select(x, along, i));
  return slices;
}

/// The elements of the last two axes on and above (below) a diagonal, the k-th above the main one; the others
/// are 0.
/// @throws ShapeError  x has fewer than two axes
template <TensorLike T>
T triu(const T& x, std::int64_t diagonal = 0) {
  return where(detail::upper("triu", value_of(x), diagonal, false), x, T(zeros_like(x)));
}
template <TensorLike T>
T tril(const T& x, std::int64_t diagonal = 0) {
  return where(logical_not(detail::upper("tril", value_of(x), diagonal, true)), x, T(zeros_like(x)));
}

/// A view in which axis `source` stands at `target`, and the others keep their order.
/// @throws ShapeError  no such axis
template <TensorLike T>
T movedim(const T& x, int source, int target) {
  return permute(x, detail::moved_axis(x.rank(), source, target));
}

}  // namespace tinytorch
