#pragma once

#include <optional>

#include "core/tensor.h"

/// Reductions over the given axes, or over all where none are given. The reduced axes are left out of the
/// result's shape; keepdim leaves them with length 1. core/ops/statistics.h has those made of others.
///
/// ```cpp
/// const Tensor x{{1.0, 5.0, 2.0}, {4.0, 0.0, 3.0}};
/// const Tensor total = sum(x);               // 15, shape []
/// const Tensor rows = sum(x, {1}, true);     // [[8], [7]]
/// const Tensor largest = max(x, {0});        // [4, 5, 3]
/// const Tensor where_largest = argmax(x, 1); // [1, 0]
/// ```
///
/// @throws ShapeError  no such axis, or one named twice
/// @throws ValueError  x is undefined
namespace tinytorch {

/// Sum. Floating tensors are summed in f64 and rounded once; integers and bools give i64 and wrap around.
/// Empty sums are 0. The order of additions is fixed: the same bits for any number of threads.
Tensor sum(const Tensor& x, const Axes& axes = {}, bool keepdim = false);

/// Product. Floating tensors are multiplied in f64 and rounded once; integers and bools give i64 and wrap
/// around. Empty products are 1.
Tensor prod(const Tensor& x, const Axes& axes = {}, bool keepdim = false);

/// True where any element is true, that is not zero (as NaN is not). The result is bool; false over no
/// elements.
Tensor any(const Tensor& x, const Axes& axes = {}, bool keepdim = false);
/// True where all elements are true. The result is bool; true over no elements.
Tensor all(const Tensor& x, const Axes& axes = {}, bool keepdim = false);

/// The largest element; NaN where there is one.
/// @throws ShapeError  also where a reduced axis has no elements
Tensor max(const Tensor& x, const Axes& axes = {}, bool keepdim = false);
/// The smallest element; NaN where there is one.
/// @throws ShapeError  also where a reduced axis has no elements
Tensor min(const Tensor& x, const Axes& axes = {}, bool keepdim = false);

/// The index of the largest element along an axis, or in row-major order of the whole tensor where none is
/// given; the first of equal ones. NaN counts as the largest.
/// @return  i64
/// @throws ShapeError  no such axis, or it has no elements
Tensor argmax(const Tensor& x, std::optional<int> axis = {}, bool keepdim = false);
/// The index of the smallest element, as argmax(). NaN counts as the smallest.
/// @return  i64
/// @throws ShapeError  no such axis, or it has no elements
Tensor argmin(const Tensor& x, std::optional<int> axis = {}, bool keepdim = false);

}  // namespace tinytorch
