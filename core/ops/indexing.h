#pragma once

#include <cstdint>
#include <type_traits>

#include "core/tensor.h"

/// Reading and writing elements that a tensor of indices selects, for Tensor and Variable. Indices are i64 or
/// i32. Negative indices do not count from the end: an index that is negative or too large is a ValueError,
/// whose message names it, and nothing is written. This check makes the host wait for the device once in each
/// call.
/// ```cpp
/// const Tensor x{{1, 2, 3}, {4, 5, 6}};
/// const Tensor columns = index_select(x, 1, Tensor{2, 0});      // [[3, 1], [6, 4]]
/// const Tensor each = gather(x, 1, Tensor{{0}, {2}});           // [[1], [6]]
/// const Tensor large = masked_select(x, x > 3);                 // [4, 5, 6]
/// ```
namespace tinytorch {

/// Gathers elements along an axis: y[i][j][k] = x[i][index[i][j][k]][k] for axis 1 of three.
/// @param index  has as many axes as x, and is at most as long as x along the other axes
/// @return       a tensor of index's shape and x's dtype
/// @throws ShapeError   the axis is out of range, or the shapes of x and index do not fit
/// @throws DTypeError   index is neither i64 nor i32
/// @throws DeviceError  x and index are on different devices
/// @throws ValueError   an index is out of range
template <TensorLike T>
T gather(const T& x, int axis, const Tensor& index);

/// A copy y of x in which y[i][index[i][j][k]][k] = source[i][j][k] for axis 1 of three. If an index repeats
/// along the axis, the last source element is written, and only that one gets a gradient (in PyTorch it may
/// be any of them).
/// @param index   as for gather()
/// @param source  a tensor of x's dtype that is at least as long as index along each axis; or a scalar
/// @throws as gather()
/// @throws DTypeError  the source has another dtype than x
/// @throws ShapeError  the source is shorter than the index
/// @throws ValueError  a scalar source is beyond the range of x's dtype
template <TensorLike T>
T scatter(const T& x, int axis, const Tensor& index, const std::type_identity_t<T>& source);

/// A copy y of x in which y[i][index[i][j][k]][k] += source[i][j][k] for axis 1 of three. If an index
/// repeats, floating values are added in f64, and the sum is rounded once. The order of additions depends on
/// the device, the shapes and the strides alone, so that the result is deterministic. Integers wrap around;
/// for bool, + is or.
/// @param index, source  as for scatter()
/// @throws as scatter()
template <TensorLike T>
T scatter_add(const T& x, int axis, const Tensor& index, const std::type_identity_t<T>& source);

/// The slices of x at the given indices along an axis: NumPy's x[index] for axis 0.
/// @param index  [n]
/// @return       x's shape with length n along the axis
/// @throws as gather()
template <TensorLike T>
T index_select(const T& x, int axis, const Tensor& index);

/// A copy of x in which alpha times slice i of the source is added to slice index[i] along an axis; see
/// scatter_add().
/// @param index   [n]
/// @param source  x's shape with length n along the axis; or a scalar
/// @throws as scatter_add()
/// @throws ShapeError  the source has another shape
/// @throws DTypeError  x is not floating, and alpha is no integer
template <TensorLike T>
T index_add(const T& x, int axis, const Tensor& index, const std::type_identity_t<T>& source,
            double alpha = 1);

/// gather() in which x and index broadcast along the other axes; named and called as in NumPy. With the
/// result of argsort() as the index, it sorts x.
/// @throws as gather()
/// @throws ShapeError  x and index do not broadcast
template <TensorLike T>
T take_along_axis(const T& x, const Tensor& index, int axis);

/// Looks up the slice of a weight for each index.
/// @param weight  [n, ...]
/// @param index   of any shape
/// @return        index's shape followed by the shape of a slice
/// @throws as index_select()
/// @throws ShapeError  the result would have more than kMaxRank axes
template <TensorLike T>
T embedding(const T& weight, const Tensor& index);

/// The indices of the elements that are not zero, in row-major order. The host waits for the device, because
/// the number n of these elements determines the shape.
/// @return  i64 [n, x.rank()]
/// @throws ValueError  x is undefined
Tensor nonzero(const Tensor& x);

/// The elements of x where the mask is true, in row-major order: NumPy's x[mask]. x and mask broadcast. Waits
/// for the device, like nonzero().
/// @return  [n]
/// @throws DTypeError   the mask is not bool
/// @throws ShapeError   x and mask do not broadcast
/// @throws DeviceError  x and mask are on different devices
template <TensorLike T>
T masked_select(const T& x, const Tensor& mask);

/// One-hot vectors, along a new last axis: 1 at the index, and 0 elsewhere.
/// @return  i64 [..., classes], where [...] is index's shape
/// @throws ValueError  an index is not in [0, classes), or classes is less than 1
/// @throws DTypeError  index is neither i64 nor i32
Tensor one_hot(const Tensor& index, std::int64_t classes);

/// The number of times that each of 0, 1, ... occurs in x. Waits for the device.
/// @param x  i64 or i32 [n], not negative
/// @return   i64 [max(minlength, max(x) + 1)]
/// @throws ShapeError  x is not [n]
/// @throws DTypeError  x is neither i64 nor i32
/// @throws ValueError  an element of x, or minlength, is negative
Tensor bincount(const Tensor& x, std::int64_t minlength = 0);

/// bincount() that adds weights[i] instead of 1 for each x[i], in the weights' dtype. Unlike PyTorch's, it is
/// differentiable.
/// @throws as bincount()
/// @throws ShapeError   x and weights differ in shape
/// @throws DeviceError  x and weights are on different devices
template <TensorLike T>
T bincount(const Tensor& x, const T& weights, std::int64_t minlength = 0);

}  // namespace tinytorch
