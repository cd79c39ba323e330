#pragma once

#include "core/tensor.h"

/// Statistics and norms: reductions that are made of others, for Tensor and Variable. Each reduces the given
/// axes, or all where none are given; keepdim leaves them with length 1. mean() is in core/ops/composite.h.
///
/// ```cpp
/// const Tensor x{{1.0, 2.0}, {3.0, 5.0}};
/// const Tensor variance = var(x, {1});                 // [0.5, 2]
/// const Tensor deviation = stddev(x, {0}, true, 0.0);  // [[1, 1.5]], of the elements themselves
/// const Tensor length = norm(x);                       // sqrt(39)
/// ```
///
/// @throws DTypeError  x is not floating
/// @throws ShapeError  no such axis, or one named twice
/// @throws ValueError  x is undefined
namespace tinytorch {

/// Variance: the sum of squared distances from the mean, divided by n - correction for n reduced elements. A
/// correction of 1 estimates the variance of the distribution that the elements are a sample of; 0 gives
/// their own. Two passes, so that a large mean costs no precision. Where n - correction is 0 or less, NaN if
/// the elements are equal, as in PyTorch, else inf.
template <TensorLike T>
T var(const T& x, const Axes& axes = {}, bool keepdim = false, double correction = 1);

/// Standard deviation, sqrt(var(x)). Where it is 0 the gradient is 0, as in PyTorch.
template <TensorLike T>
T stddev(const T& x, const Axes& axes = {}, bool keepdim = false, double correction = 1);

/// log(sum(exp(x))), shifted by the maximum so that it does not overflow. -inf over no elements or only -inf;
/// inf where there is one and no NaN. The gradient is NaN over only -inf and at an inf, as in PyTorch.
template <TensorLike T>
T logsumexp(const T& x, const Axes& axes = {}, bool keepdim = false);

/// The p-norm, (sum |x|^p)^(1/p); for p = inf (-inf) the largest (smallest) |x|, for p = 0 the number of
/// elements that are not zero (NaN stays NaN). Powers are computed in x's dtype. The gradient is 0 where all
/// elements are 0, and for p < 2 at an element that is 0.
/// @throws ShapeError  also where p is inf or -inf and there are no elements
template <TensorLike T>
T norm(const T& x, double p = 2, const Axes& axes = {}, bool keepdim = false);

}  // namespace tinytorch
