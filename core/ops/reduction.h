#pragma once

#include "core/kernel.h"
#include "core/tensor.h"

namespace tinytorch {

/// Sum over the axes (all where none are given); keepdim leaves them with length 1. Floating tensors are
/// summed in f64 and rounded once; integers and bools give i64 and wrap around. Empty sums are 0. Fixed
/// order: the same bits for any number of threads.
/// @throws ShapeError  no such axis, or one named twice
Tensor sum(const Tensor& x, const Axes& axes = {}, bool keepdim = false);

/// Product over the axes, as sum(): floating tensors are multiplied in f64 and rounded once. Empty products
/// are 1.
/// @throws ShapeError  no such axis, or one named twice
Tensor prod(const Tensor& x, const Axes& axes = {}, bool keepdim = false);

/// Whether any (every) element over the axes is true, that is not zero, as NaN is. bool; of no elements false
/// (true).
/// @throws ShapeError  no such axis, or one named twice
Tensor any(const Tensor& x, const Axes& axes = {}, bool keepdim = false);
Tensor all(const Tensor& x, const Axes& axes = {}, bool keepdim = false);

/// The largest (smallest) element over the axes; NaN where there is one.
/// @throws ShapeError  axes, or there is no element to choose from
Tensor max(const Tensor& x, const Axes& axes = {}, bool keepdim = false);
Tensor min(const Tensor& x, const Axes& axes = {}, bool keepdim = false);

/// The place along the axis (or in row-major order of the whole tensor) of the first largest (smallest)
/// element, as i64; a NaN counts as both.
/// @throws ShapeError  no such axis, or there is no element to choose from
Tensor argmax(const Tensor& x, std::optional<int> axis = {}, bool keepdim = false);
Tensor argmin(const Tensor& x, std::optional<int> axis = {}, bool keepdim = false);

namespace kernels {
/// A slot of reductions. y has x's rank; an axis is reduced where y's length is 1 and x's is not. x has any
/// strides; y is contiguous and has at least one element.
using ReductionKernel = Kernel<void(const Tensor& x, Tensor& y)>;
/// All element types; y is i64 for integers and bool, else x's. x may be empty.
inline ReductionKernel sum{"sum"};
inline ReductionKernel prod{"prod"};
// All element types; y has x's. x is not empty.
inline ReductionKernel max{"max"};
inline ReductionKernel min{"min"};

/// y[...] = the first place of the extreme element along the axis; x not empty, any strides and type; y is
/// i64, contiguous, of x's shape with length 1 at the axis.
using ArgReductionKernel = Kernel<void(const Tensor& x, const int& axis, Tensor& y)>;
inline ArgReductionKernel argmax{"argmax"};
inline ArgReductionKernel argmin{"argmin"};
}  // namespace kernels

}  // namespace tinytorch
