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

}  // namespace tinytorch
