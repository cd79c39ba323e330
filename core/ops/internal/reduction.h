#pragma once

#include "core/op_scope.h"
#include "core/ops/composite.h"
#include "core/ops/internal/check.h"
#include "core/ops/internal/indexing.h"
#include "core/ops/reduction.h"
#include "core/ops/reduction_kernels.h"

// Internal: the checks of reductions that choose elements, the reductions in f64 that means, variances and
// norms are made of, and the definitions of max_with_indices() and min_with_indices(). core/ops/reduction.cpp
// instantiates them for Tensor, autograd/rules/reduction.cpp for Variable.
namespace tinytorch {

namespace detail {

/// @throws ShapeError  one of the axes has length 0
void require_elements(const char* op, const Shape& shape, const Axes& axes);

/// argmax() or argmin() along an axis of 0 ... rank-1, with keepdim.
/// @throws ShapeError  the axis has length 0
Tensor arg_extremum(const char* op, const kernels::ArgReductionKernel& kernel, const Tensor& x, int axis);

/// How moment() reduces.
struct MomentOptions {
  Axes axes = {};  ///< normalized; empty: none
  bool keepdim = false;
  DType dtype = DType::f64;  ///< of the result: x's dtype or f64
};

/// kernels::moment of a floating x. It is computed in f64 and rounded once.
/// @param center  undefined, or f64 of the shape of the result with the reduced axes
Tensor moment(const Tensor& x, const Tensor& center, const kernels::MomentForm& form,
              const MomentOptions& options);

/// The number of elements that a reduction over the axes combines into one. Those of an empty tensor could
/// be too many for an integer.
double reduced_numel(const Shape& shape, const Axes& axes);

/// The sum over the normalized axes, in f64. Specialized for Tensor, and for Variable in autograd/rules.
template <TensorLike T>
T sum_in_f64(const T& x, const Axes& axes, bool keepdim);
template <>
Tensor sum_in_f64(const Tensor& x, const Axes& axes, bool keepdim);

/// The elements of x at indices of length 1 along the axis.
template <TensorLike T>
Chosen<T> choose(const T& x, int axis, const Tensor& indices, bool keepdim) {
  const T values = gather_unchecked(x, IndexMap{axis, indices});
  if (keepdim) return {values, indices};
  return {squeeze(values, axis), squeeze(indices, axis)};
}

template <TensorLike T>
Chosen<T> choose_extremum(const char* op, const kernels::ArgReductionKernel& kernel, const T& x, int axis,
                          bool keepdim) {
  const OpScope scope(op);
  require_defined(op, value_of(x));
  const int along = normalize_axis(op, axis, x.rank());
  return choose(x, along, arg_extremum(op, kernel, value_of(x), along), keepdim);
}

}  // namespace detail

template <TensorLike T>
Chosen<T> max_with_indices(const T& x, int axis, bool keepdim) {
  return detail::choose_extremum("max_with_indices", kernels::argmax, x, axis, keepdim);
}

template <TensorLike T>
Chosen<T> min_with_indices(const T& x, int axis, bool keepdim) {
  return detail::choose_extremum("min_with_indices", kernels::argmin, x, axis, keepdim);
}

}  // namespace tinytorch

/// The templates of core/ops/reduction.h for one of Tensor and Variable.
#define TINYTORCH_INSTANTIATE_REDUCTION(T)                  \
  template Chosen<T> max_with_indices(const T&, int, bool); \
  template Chosen<T> min_with_indices(const T&, int, bool);
