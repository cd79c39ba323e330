#pragma once

#include <cstdint>
#include <vector>

#include "core/ops/composite.h"
#include "core/tensor.h"

/// Rearranging elements: flipping, rolling, repeating, padding, splitting, and triangles of matrices.
/// ```cpp
/// const Tensor x{{1, 2, 3}, {4, 5, 6}};
/// const Tensor reversed = flip(x, {1});                              // [[3, 2, 1], [6, 5, 4]]
/// const Tensor padded = pad(x, Paddings{{1, 0}});                    // [[0, 1, 2, 3], [0, 4, 5, 6]]
/// const Tensor mirrored = pad(x, Paddings{{2, 0}}, PadMode::reflect);  // [[3, 2, 1, 2, 3], [6, 5, 4, 5, 6]]
/// const std::vector<Tensor> columns = split(x, 1, 1);                // three of shape [2, 1]
/// ```
namespace tinytorch {

/// Reverses the order of the elements along the axes (all where none are given). A copy, as strides are never
/// negative.
/// @throws ShapeError  no such axis, or one named twice
Tensor flip(const Tensor& x, const Axes& axes = {});

/// A view of the elements x[..., i, ..., i + offset, ...] of two axes, which are replaced by a last axis for
/// i. Empty where the diagonal is outside.
/// @throws ShapeError  no such axes, or the same twice
Tensor diagonal(const Tensor& x, std::int64_t offset = 0, int axis0 = 0, int axis1 = 1);

/// How many elements to add before and after those of an axis; a negative number removes elements instead.
struct Padding {
  std::int64_t before = 0;
  std::int64_t after = 0;
};
/// The paddings of the last axes, the last axis first, as in PyTorch: {{1, 2}} pads columns.
using Paddings = std::vector<Padding>;

/// x with `value` around it.
/// @throws ShapeError  more paddings than axes, an axis would be shorter than 0, or there would be too many
///                     elements
Tensor pad(const Tensor& x, const Paddings& paddings, double value = 0);

/// What pad() fills the margin with.
enum class PadMode {
  constant,   ///< 0
  reflect,    ///< the elements mirrored at the outermost, which is not repeated
  replicate,  ///< the outermost element, repeated
  circular    ///< the elements of the other end
};

/// x padded in one of the modes. Unlike in PyTorch any axes can be padded.
/// @throws as pad()
/// @throws ShapeError  reflect needs less padding than the axis' length, circular at most that
template <TensorLike T>
T pad(const T& x, const Paddings& paddings, PadMode mode);

/// Shifts the elements by shifts[i] along axes[i]; those that leave enter at the other end.
/// @throws ShapeError  no such axis
/// @throws ValueError  not one shift an axis
template <TensorLike T>
T roll(const T& x, const std::vector<std::int64_t>& shifts, const Axes& axes);

/// Shifts the elements of x in row-major order.
template <TensorLike T>
T roll(const T& x, std::int64_t shift) {
  return reshape(roll(reshape(x, {-1}), {shift}, Axes{0}), x.shape());
}

/// x repeated counts[i] times along axis i; axes that x lacks come in front. NumPy's tile() with at least as
/// many counts as axes.
/// @throws ShapeError  fewer counts than axes, or too large a result
/// @throws ValueError  a negative count
template <TensorLike T>
T repeat(const T& x, const Dims& counts);

/// repeat() where leading counts may be left out; they are 1.
/// @throws as repeat()
template <TensorLike T>
T tile(const T& x, Dims counts) {
  while (counts.size() < x.rank()) counts.insert(0, 1);
  return repeat(x, counts);
}

/// Views of consecutive chunks of an axis, of these sizes.
/// @throws ShapeError  no such axis
/// @throws ValueError  a negative size, or they do not add up to the axis' length
template <TensorLike T>
std::vector<T> split(const T& x, const std::vector<std::int64_t>& sizes, int axis = 0);

/// Views of consecutive chunks of an axis, each of this size but the last, which has the rest.
/// @throws ShapeError  no such axis
/// @throws ValueError  the size is less than 1
template <TensorLike T>
std::vector<T> split(const T& x, std::int64_t size, int axis = 0);

/// split() into at most `chunks` chunks of one size, the last of which may be smaller.
/// @throws ShapeError  no such axis
/// @throws ValueError  chunks is less than 1
template <TensorLike T>
std::vector<T> chunk(const T& x, std::int64_t chunks, int axis = 0);

/// The views at each index of an axis, which they do not have.
/// @throws ShapeError  no such axis
template <TensorLike T>
std::vector<T> unbind(const T& x, int axis = 0) {
  const int along = normalize_axis("unbind", axis, x.rank());
  std::vector<T> slices;
  for (std::int64_t i = 0; i < x.shape()[along]; ++i) slices.push_back(select(x, along, i));
  return slices;
}

/// The elements of the last two axes on and above (triu) or below (tril) a diagonal, the k-th above the main
/// one; the others are 0.
/// @throws ShapeError  x has fewer than two axes
template <TensorLike T>
T triu(const T& x, std::int64_t diagonal = 0);
template <TensorLike T>
T tril(const T& x, std::int64_t diagonal = 0);

/// A view in which axis `source` is moved to `target`, and the others keep their order.
/// @throws ShapeError  no such axis
template <TensorLike T>
T movedim(const T& x, int source, int target);

}  // namespace tinytorch
