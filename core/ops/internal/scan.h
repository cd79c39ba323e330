#pragma once

#include "core/op_scope.h"
#include "core/ops/internal/check.h"
#include "core/ops/internal/indexing.h"
#include "core/ops/scan.h"
#include "core/ops/scan_kernels.h"

// Internal: the definitions of cummax() and cummin(). core/ops/scan.cpp instantiates them for Tensor,
// autograd/rules/scan.cpp for Variable.
namespace tinytorch {

namespace detail {

/// The indices that a kernel gives along an axis of 0 ... rank-1.
Tensor arg_scan(const kernels::ArgScanKernel& kernel, const Tensor& x, int axis);

template <TensorLike T>
Chosen<T> cumulative_extremum(const kernels::ArgScanKernel& kernel, const T& x, int axis) {
  const OpScope scope(kernel.name());
  require_defined(kernel.name(), value_of(x));
  const int along = normalize_axis(kernel.name(), axis, x.rank());
  const Tensor indices = arg_scan(kernel, value_of(x), along);
  return {gather_unchecked(x, IndexMap{along, indices}), indices};
}

}  // namespace detail

template <TensorLike T>
Chosen<T> cummax(const T& x, int axis) {
  return detail::cumulative_extremum(kernels::cummax, x, axis);
}

template <TensorLike T>
Chosen<T> cummin(const T& x, int axis) {
  return detail::cumulative_extremum(kernels::cummin, x, axis);
}

}  // namespace tinytorch

/// The templates of core/ops/scan.h for one of Tensor and Variable.
#define TINYTORCH_INSTANTIATE_SCAN(T)       \
  template Chosen<T> cummax(const T&, int); \
  template Chosen<T> cummin(const T&, int);
