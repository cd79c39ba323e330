#pragma once

#include "core/tensor.h"

/// Statistics and norms, for Tensor and Variable. They reduce the given axes, or all axes if none are given.
/// The result does not have the reduced axes; with keepdim, it has them with length 1. mean() is in
/// core/ops/composite.h.
///
/// ```cpp
/// const Tensor x{{1.0, 2.0}, {3.0, 5.0}};
/// const Tensor variance = var(x, {1});                 // [0.5, 2]
/// const Tensor deviation = stddev(x, {0}, true, 0.0);  // [[1, 1.5]]
/// const Tensor length = norm(x);                       // sqrt(39)
/// ```
///
/// @throws DTypeError  x is not floating
/// @throws ShapeError  an axis is out of range or named twice
/// @throws ValueError  x is undefined
namespace tinytorch {

/// The mean of the elements that are not NaN, and NaN if there are none. The gradient of a NaN is 0 (in
/// PyTorch, NaN if there are only NaNs).
template <TensorLike T>
T nanmean(const T& x, const Axes& axes = {}, bool keepdim = false);

/// Variance: the sum of squared deviations from the mean, divided by n - correction, where n is the number of
/// elements. A correction of 1 gives the unbiased estimate for a sample, 0 the variance of the elements
/// themselves. It is computed in two passes in f64 and rounded once, so that neither a large mean nor squares
/// out of f32's range cost precision. If n - correction is 0 or less, it is NaN if the elements are equal, as
/// in PyTorch, and otherwise inf.
template <TensorLike T>
T var(const T& x, const Axes& axes = {}, bool keepdim = false, double correction = 1);

/// Standard deviation, the root of the variance in f64. Where it is 0, the gradient is 0, as in PyTorch.
template <TensorLike T>
T stddev(const T& x, const Axes& axes = {}, bool keepdim = false, double correction = 1);

/// log(sum(exp(x))), shifted by the maximum so that it does not overflow; sum and logarithm are f64. It is
/// -inf if there are no elements or all are -inf, and inf if an element is inf and none is NaN. As in
/// PyTorch, the gradient is NaN if all elements are -inf, and at elements that are inf.
template <TensorLike T>
T logsumexp(const T& x, const Axes& axes = {}, bool keepdim = false);

/// The p-norm, (sum |x|^p)^(1/p). For p = inf or -inf it is the largest or smallest |x|, and for p = 0 the
/// number of elements that are not zero (NaN stays NaN). It is computed in f64 and rounded once. The
/// gradient is 0 if all elements are 0, and for p < 2 at each element that is 0.
/// @throws ShapeError  also if p is inf or -inf and there are no elements
template <TensorLike T>
T norm(const T& x, double p = 2, const Axes& axes = {}, bool keepdim = false);

}  // namespace tinytorch
