#pragma once

#include <cstdint>

#include "core/tensor.h"

/// Sorting along an axis. Every dtype; NaN counts as the largest element.
///
/// ```cpp
/// const Tensor x{{3, 1, 2}, {4, 6, 5}};
/// const Sorted<Tensor> sorted = sort(x);     // values [[1, 2, 3], [4, 5, 6]]
/// const Tensor order = argsort(x);           // [[1, 2, 0], [0, 2, 1]], which is sorted.indices
/// const Sorted<Tensor> largest = topk(x, 1); // values [[3], [6]], indices [[0], [1]]
/// ```
namespace tinytorch {

/// The result of sort() and topk().
template <TensorLike T>
struct Sorted {
  T values;
  Tensor indices;  ///< i64, of the values' shape: the index of each along the axis
};

/// The elements along an axis in ascending or descending order, and their indices. Stable: equal elements
/// stay in their order.
/// @throws ShapeError  no such axis
/// @throws ValueError  x is undefined
Sorted<Tensor> sort(const Tensor& x, int axis = -1, bool descending = false);

/// The indices of sort().
/// @return  i64, of x's shape
/// @throws ShapeError  no such axis
/// @throws ValueError  x is undefined
Tensor argsort(const Tensor& x, int axis = -1, bool descending = false);

/// The k largest (smallest) elements along an axis, in descending (ascending) order, and their indices. Equal
/// elements stay in their order, which PyTorch does not guarantee. Sorts the whole axis.
/// @throws ShapeError  no such axis
/// @throws ValueError  k is not in 0 ... the axis's length, or x is undefined
template <TensorLike T>
Sorted<T> topk(const T& x, std::int64_t k, int axis = -1, bool largest = true);

}  // namespace tinytorch
