#pragma once

#include <optional>

#include "core/tensor.h"

/// Reductions over the given axes, or over all axes if none are given. Axes are given in braces: sum(x, {0}).
/// The result does not have the reduced axes; with keepdim, it has them with length 1. mean() is in
/// core/ops/composite.h, and var(), norm() and others are in core/ops/statistics.h.
///
/// ```cpp
/// const Tensor x{{1.0, 5.0, 2.0}, {4.0, 0.0, 3.0}};
/// const Tensor total = sum(x);               // 15, shape []
/// const Tensor rows = sum(x, {1}, true);     // [[8], [7]]
/// const Tensor largest = max(x, {0});        // [4, 5, 3]
/// const Tensor where_largest = argmax(x, 1); // [1, 0]
/// const Chosen<Tensor> each = max_with_indices(x, 1);  // values [5, 4], indices [1, 0]
/// ```
///
/// @throws ShapeError  an axis is out of range or named twice
/// @throws ValueError  x is undefined
namespace tinytorch {

/// The sum of the elements. Floating elements are added in f64, and the sum is rounded once; integers and
/// bools give i64, which wraps around. The sum of no elements is 0. The result does not depend on the number
/// of threads.
Tensor sum(const Tensor& x, const Axes& axes = {}, bool keepdim = false);

/// The sum of the elements that are not NaN, otherwise like sum(). The gradient of a NaN is 0.
Tensor nansum(const Tensor& x, const Axes& axes = {}, bool keepdim = false);

/// The product of the elements, computed in f64 or i64 like sum(). The product of no elements is 1.
Tensor prod(const Tensor& x, const Axes& axes = {}, bool keepdim = false);

/// True if any element is not zero; NaN is not zero. The result is bool, and false for no elements.
Tensor any(const Tensor& x, const Axes& axes = {}, bool keepdim = false);
/// True if no element is zero. The result is bool, and true for no elements.
Tensor all(const Tensor& x, const Axes& axes = {}, bool keepdim = false);

/// The largest element, or NaN if any element is NaN. Elements that equal it share its gradient evenly; where
/// it is NaN, the NaNs do.
/// @throws ShapeError  also if a reduced axis has length 0
Tensor max(const Tensor& x, const Axes& axes = {}, bool keepdim = false);
/// The smallest element, or NaN if any element is NaN. The gradient is shared as that of max().
/// @throws ShapeError  also if a reduced axis has length 0
Tensor min(const Tensor& x, const Axes& axes = {}, bool keepdim = false);

/// The index of the largest element along an axis; without an axis, its row-major index in the tensor. The
/// first of equal elements is chosen. NaN counts as the largest.
/// @return  i64
/// @throws ShapeError  the axis is out of range, or has length 0
Tensor argmax(const Tensor& x, std::optional<int> axis = {}, bool keepdim = false);
/// The index of the smallest element, otherwise like argmax(). NaN counts as the smallest.
/// @return  i64
/// @throws ShapeError  the axis is out of range, or has length 0
Tensor argmin(const Tensor& x, std::optional<int> axis = {}, bool keepdim = false);

/// Elements that are chosen along an axis.
template <TensorLike T>
struct Chosen {
  T values;
  Tensor indices;  ///< the index of each value along the axis in x; i64, of the values' shape
};

/// The largest element along an axis and its index, for Tensor and Variable; PyTorch's max(x, axis). The
/// first of equal elements is chosen, and gets the whole gradient. NaN counts as the largest.
/// @throws as argmax()
template <TensorLike T>
Chosen<T> max_with_indices(const T& x, int axis, bool keepdim = false);
/// The smallest element along an axis and its index, otherwise like max_with_indices(). NaN counts as the
/// smallest.
/// @throws as argmin()
template <TensorLike T>
Chosen<T> min_with_indices(const T& x, int axis, bool keepdim = false);

}  // namespace tinytorch
