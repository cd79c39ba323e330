#pragma once

#include "core/op_scope.h"
#include "core/ops/copy.h"
#include "core/ops/shape.h"
#include "core/ops/sort.h"

// Internal: the definition of topk(). core/ops/sort.cpp instantiates it for Tensor, autograd/rules/sort.cpp
// for Variable.
namespace tinytorch {

namespace detail {

/// @throws ShapeError  no such axis. ValueError  k is not in 0 ... its length
void check_topk(const Shape& shape, std::int64_t k, int axis);

}  // namespace detail

template <TensorLike T>
Sorted<T> topk(const T& x, std::int64_t k, int axis, bool largest) {
  const OpScope scope("topk");
  detail::check_topk(x.shape(), k, axis);
  const Sorted<T> all = sort(x, axis, largest);
  return {contiguous(slice(all.values, axis, 0, k)), contiguous(slice(all.indices, axis, 0, k))};
}

}  // namespace tinytorch

/// Instantiates topk() for T.
#define TINYTORCH_INSTANTIATE_SORT(T) template Sorted<T> topk(const T&, std::int64_t, int, bool);
