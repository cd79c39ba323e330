#pragma once

#include <cstdint>

#include "core/tensor.h"

/// Sorting along an axis, for every dtype. NaN counts as the largest element.
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
  Tensor indices;  ///< the index of each value along the axis in x; i64, of the values' shape
};

/// Sorts the elements along an axis in ascending or descending order. The sort is stable: equal elements keep
/// their order.
/// @return  the sorted elements and their indices, both of x's shape
/// @throws ShapeError  the axis is out of range
/// @throws ValueError  x is undefined
Sorted<Tensor> sort(const Tensor& x, int axis = -1, bool descending = false);

/// The indices that sort x along an axis: sort(x).indices.
/// @return  i64, of x's shape
/// @throws ShapeError  the axis is out of range
/// @throws ValueError  x is undefined
Tensor argsort(const Tensor& x, int axis = -1, bool descending = false);

/// The k largest elements along an axis in descending order, or with `largest` false the k smallest in
/// ascending order. Equal elements keep their order, which PyTorch does not guarantee. On the CPU it selects
/// them in one pass; on CUDA it sorts the whole axis.
/// @return  the elements and their indices, both of x's shape with length k along the axis
/// @throws ShapeError  the axis is out of range
/// @throws ValueError  k is negative or larger than the length of the axis, or x is undefined
Sorted<Tensor> topk(const Tensor& x, std::int64_t k, int axis = -1, bool largest = true);

}  // namespace tinytorch
