#pragma once

#include <cstdint>
#include <type_traits>

#include "core/tensor.h"

/// Reading and writing the elements that a tensor of indices selects, for Tensor and Variable. Indices are
/// i64 or i32 and count from the front. A negative or too large one is a ValueError that names it, thrown
/// before anything is written; to find it the host waits for the device once a call.
/// ```cpp
/// const Tensor x{{1, 2, 3}, {4, 5, 6}};
/// const Tensor columns = index_select(x, 1, Tensor{2, 0});      // [[3, 1], [6, 4]]
/// const Tensor each = gather(x, 1, Tensor{{0}, {2}});           // [[1], [6]]
/// const Tensor large = masked_select(x, x > 3);                 // [4, 5, 6]
/// ```
namespace tinytorch {

/// Gathers elements along an axis: y[i][j][k] = x[i][index[i][j][k]][k] for axis 1 of three.
/// @param index  as many axes as x; at the other axes it may be shorter than x
/// @return       index's shape, x's dtype
/// @throws ShapeError, DTypeError, DeviceError  x and index do not fit
/// @throws ValueError  an index is out of range
template <TensorLike T>
T gather(const T& x, int axis, const Tensor& index);

/// A copy y of x with y[i][index[i][j][k]][k] = source[i][j][k] for axis 1 of three. Where an index repeats,
/// the last one along the axis is written, and only that gets a gradient; PyTorch leaves open which.
/// @param index   as for gather()
/// @param source  at least index's shape, of x's dtype; or a scalar
/// @throws as gather()
/// @throws DTypeError  the source has another dtype than x
/// @throws ShapeError  the source is shorter than the index
/// @throws ValueError  a scalar is beyond the range of x's dtype
template <TensorLike T>
T scatter(const T& x, int axis, const Tensor& index, const std::type_identity_t<T>& source);

/// A copy y of x with y[i][index[i][j][k]][k] += source[i][j][k] for axis 1 of three. Where an index repeats,
/// values are added in their order along the axis, floating ones in f64, and rounded once: the same bits each
/// time. Integers wrap around; on bool + is or.
/// @param index, source  as for scatter()
/// @throws as scatter()
template <TensorLike T>
T scatter_add(const T& x, int axis, const Tensor& index, const std::type_identity_t<T>& source);

/// The slices of x at the indices along an axis, in their order.
/// @param index  one axis
/// @throws ShapeError, DTypeError, DeviceError  x and index do not fit
/// @throws ValueError  an index is out of range
template <TensorLike T>
T index_select(const T& x, int axis, const Tensor& index);

/// A copy of x with slice i of the source added to slice index[i] along an axis; see scatter_add().
/// @param index   one axis
/// @param source  x's shape but for the axis, where it is as long as the index; or a scalar
/// @throws as scatter_add()
/// @throws ShapeError  the source has another shape
template <TensorLike T>
T index_add(const T& x, int axis, const Tensor& index, const std::type_identity_t<T>& source);

/// gather() with NumPy's name and order of arguments: x and index broadcast at the other axes. With the
/// indices of argsort() it sorts.
/// @throws as gather()
/// @throws ShapeError  they do not broadcast
template <TensorLike T>
T take_along_axis(const T& x, const Tensor& index, int axis);

/// The rows of a weight [n, ...] at the indices: [index..., ...].
/// @param index  any shape
/// @throws as index_select()
/// @throws ShapeError  the result has too many axes
template <TensorLike T>
T embedding(const T& weight, const Tensor& index);

/// The indices of the elements that are not zero, in row-major order: i64 [n, x.rank()]. The host waits for
/// the device to learn n.
/// @throws ValueError  x is undefined
Tensor nonzero(const Tensor& x);

/// The elements where the mask is true, in row-major order, as [n]. x and mask broadcast. Waits as nonzero().
/// @throws DTypeError   mask is not bool
/// @throws ShapeError   they do not broadcast
/// @throws DeviceError  different devices
template <TensorLike T>
T masked_select(const T& x, const Tensor& mask);

/// One-hot vectors along a new last axis of length `classes`: 1 at the index, else 0; i64.
/// @throws ValueError  an index is not in 0 ... classes-1, or classes is less than 1
/// @throws DTypeError  index is neither i64 nor i32
Tensor one_hot(const Tensor& index, std::int64_t classes);

/// Counts how often each of 0, 1, ... occurs in x: i64 [max(minlength, largest + 1)]. The host waits for the
/// largest.
/// @param x  integers of one axis, none of them negative
/// @throws ShapeError, DTypeError, ValueError  x is something else, or minlength is negative
Tensor bincount(const Tensor& x, std::int64_t minlength = 0);

/// Sums weights[i] instead of 1 for each x[i], in the weights' dtype. PyTorch's has no gradient.
/// @throws as above
/// @throws ShapeError   x and weights differ in shape
/// @throws DeviceError  different devices
template <TensorLike T>
T bincount(const Tensor& x, const T& weights, std::int64_t minlength = 0);

}  // namespace tinytorch
