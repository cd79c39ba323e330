#pragma once

#include <cstdint>

#include "core/kernel.h"
#include "core/ops/copy.h"
#include "core/ops/shape.h"
#include "core/tensor.h"

namespace tinytorch {

/// What sort() and topk() give.
template <TensorLike T>
struct Sorted {
  T values;
  Tensor indices;  ///< i64: where along the axis each value lay
};

/// The elements along an axis in order, and where they were. Any element type. Equal elements stay in their
/// order (the sort is stable); NaN counts as the largest.
/// @throws ShapeError  no such axis
Sorted<Tensor> sort(const Tensor& x, int axis = -1, bool descending = false);

/// The indices of sort(): i64, of x's shape.
/// @throws ShapeError  no such axis
Tensor argsort(const Tensor& x, int axis = -1, bool descending = false);

namespace detail {
/// @throws ShapeError  no such axis. ValueError  not 0 <= k <= its length
void check_topk(const Shape& shape, std::int64_t k, int axis);
}  // namespace detail

/// The k largest (smallest) elements along an axis, in descending (ascending) order, and where they were; NaN
/// counts as the largest. Of equal elements the first come first, which PyTorch leaves open. Sorts the whole
/// axis.
/// @throws ShapeError  no such axis. ValueError  not 0 <= k <= its length
template <TensorLike T>
Sorted<T> topk(const T& x, std::int64_t k, int axis = -1, bool largest = true) {
  detail::check_topk(x.shape(), k, axis);
  const Sorted<T> all = sort(x, axis, largest);
  return {contiguous(slice(all.values, axis, 0, k)), contiguous(slice(all.indices, axis, 0, k))};
}

}  // namespace tinytorch
