#pragma once

#include "core/ops/reduction_kernels.h"
#include "core/tensor.h"

// Internal: the reductions in f64 that means, variances and norms are made of.
namespace tinytorch::detail {

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

/// The number of elements that a reduction over the axes combines into one.
std::int64_t reduced_numel(const Shape& shape, const Axes& axes);

/// The sum over the normalized axes, in f64. Specialized for Tensor and Variable.
template <TensorLike T>
T sum_in_f64(const T& x, const Axes& axes, bool keepdim);

}  // namespace tinytorch::detail
