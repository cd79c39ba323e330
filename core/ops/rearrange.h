#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/op_scope.h"
#include "core/ops/composite.h"
#include "core/tensor.h"

/// Ops that rearrange elements: flipping, rolling, repeating, padding, splitting, and triangles of matrices.
/// Templates take Tensors and Variables.
/// ```cpp
/// const Tensor x{{1, 2, 3}, {4, 5, 6}};
/// const Tensor reversed = flip(x, {1});                              // [[3, 2, 1], [6, 5, 4]]
/// const Tensor padded = pad(x, Paddings{{1, 0}});                    // [[0, 1, 2, 3], [0, 4, 5, 6]]
/// const Tensor mirrored = pad(x, Paddings{{2, 0}}, PadMode::reflect);  // [[3, 2, 1, 2, 3], [6, 5, 4, 5, 6]]
/// const Tensor doubled = repeat_interleave(Tensor{1, 2}, 2);         // [1, 1, 2, 2]
/// const std::vector<Tensor> columns = split(x, 1, 1);                // three of shape [2, 1]
/// ```
namespace tinytorch {

/// Reverses the order of the elements along the given axes, or along all axes if none are given. The result
/// is a copy, because strides are never negative.
/// @throws ShapeError  an axis is out of range or named twice
Tensor flip(const Tensor& x, const Axes& axes = {});

/// A view of the diagonal of two axes: the elements with index i along axis0 and i + offset along axis1. A
/// new last axis, for i, replaces the two axes. The view is empty if the diagonal is outside the matrix.
/// @throws ShapeError  an axis is out of range, or both are the same
Tensor diagonal(const Tensor& x, std::int64_t offset = 0, int axis0 = 0, int axis1 = 1);

/// The number of elements to add before and after an axis. A negative number removes elements.
struct Padding {
  std::int64_t before = 0;
  std::int64_t after = 0;
};
/// The paddings of the last axes, beginning with the last axis as in PyTorch: {{1, 2}} pads the last axis
/// only.
using Paddings = std::vector<Padding>;

/// Pads x with a value.
/// @throws ShapeError  there are more paddings than axes, an axis would have a negative length, or the number
///                     of elements overflows
Tensor pad(const Tensor& x, const Paddings& paddings, double value = 0);

/// The elements that pad() adds.
enum class PadMode {
  constant,   ///< 0
  reflect,    ///< the elements mirrored at the first and the last element, which are not repeated
  replicate,  ///< the first and the last element, repeated
  circular    ///< the elements from the other end
};

/// Pads x in one of the modes. Unlike in PyTorch, any axes can be padded.
/// @throws as pad()
/// @throws ShapeError  the axis is too short: `reflect` needs a padding less than the axis's length,
///                     `circular` at most the length, and `replicate` at least one element
Tensor pad(const Tensor& x, const Paddings& paddings, PadMode mode);

/// Shifts the elements by shifts[i] along axes[i]. Elements that are shifted beyond one end enter at the
/// other.
/// @throws ShapeError  an axis is out of range
/// @throws ValueError  the numbers of shifts and axes differ
Tensor roll(const Tensor& x, const std::vector<std::int64_t>& shifts, const Axes& axes);

/// Shifts the elements of x in row-major order, as if x had one axis.
template <TensorLike T>
T roll(const T& x, std::int64_t shift) {
  const OpScope scope("roll");
  return reshape(roll(reshape(x, {-1}), {shift}, Axes{0}), x.shape());
}

/// Repeats x counts[i] times along axis i of the result. If there are more counts than axes, x gets new
/// leading axes. This is PyTorch's repeat() and NumPy's tile().
/// @throws ShapeError  there are fewer counts than axes, or the result is too large
/// @throws ValueError  a count is negative
template <TensorLike T>
T repeat(const T& x, const Dims& counts);

/// repeat() in which leading counts may be left out; they are 1.
/// @throws as repeat()
template <TensorLike T>
T tile(const T& x, Dims counts) {
  const OpScope scope("tile");
  while (counts.size() < x.rank()) counts.insert(0, 1);
  return repeat(x, counts);
}

/// Repeats each slice along an axis the given number of times; without an axis, each element of x flattened
/// in row-major order. This is NumPy's repeat().
/// @throws ShapeError  the axis is out of range, or the result is too large
/// @throws ValueError  `repeats` is negative
template <TensorLike T>
T repeat_interleave(const T& x, std::int64_t repeats, std::optional<int> axis = {});

/// Repeats slice i along an axis repeats[i] times; without an axis, element i of x flattened in row-major
/// order. Waits for the device, because the sum of the repeats determines the shape.
/// @param repeats  i64 or i32, one for each index along the axis, or one for all
/// @throws ShapeError   the axis is out of range, `repeats` has another shape, or the result is too large
/// @throws DTypeError   `repeats` is neither i64 nor i32
/// @throws DeviceError  x and repeats are on different devices
/// @throws ValueError   an element of `repeats` is negative
template <TensorLike T>
T repeat_interleave(const T& x, const Tensor& repeats, std::optional<int> axis = {});

/// Splits x along an axis into consecutive chunks of the given sizes, which are views.
/// @throws ShapeError  the axis is out of range
/// @throws ValueError  a size is negative, or the sizes do not add up to the length of the axis
template <TensorLike T>
std::vector<T> split(const T& x, const std::vector<std::int64_t>& sizes, int axis = 0);

/// Splits x along an axis into consecutive chunks of one size, which are views. The last chunk may be
/// smaller.
/// @throws ShapeError  the axis is out of range, or there would be more than 2^24 chunks
/// @throws ValueError  the size is less than 1
template <TensorLike T>
std::vector<T> split(const T& x, std::int64_t size, int axis = 0);

/// split() into at most `chunks` chunks of one size; the last chunk may be smaller.
/// @throws ShapeError  the axis is out of range
/// @throws ValueError  chunks is less than 1
template <TensorLike T>
std::vector<T> chunk(const T& x, std::int64_t chunks, int axis = 0);

/// Splits x along an axis into slices without that axis, which are views: select() at each index.
/// @throws ShapeError  the axis is out of range, or longer than 2^24
template <TensorLike T>
std::vector<T> unbind(const T& x, int axis = 0);

/// The upper triangle of each matrix in the last two axes: elements below a diagonal are set to 0.
/// @param diagonal  the number of diagonals above the main one; negative below it
/// @throws ShapeError  x has fewer than two axes
Tensor triu(const Tensor& x, std::int64_t diagonal = 0);
/// The lower triangle of each matrix in the last two axes: elements above a diagonal are set to 0.
/// @param diagonal  as for triu()
/// @throws ShapeError  x has fewer than two axes
Tensor tril(const Tensor& x, std::int64_t diagonal = 0);

/// A view of x in which axis `source` is moved to `target`, and the other axes keep their order.
/// @throws ShapeError  an axis is out of range
template <TensorLike T>
T movedim(const T& x, int source, int target);

}  // namespace tinytorch
