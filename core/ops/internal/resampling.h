#pragma once

#include "core/ops/resampling_kernels.h"
#include "core/tensor.h"

// Internal: the linear maps of images that avg_pool2d(), adaptive_avg_pool2d() and interpolate() choose.
// autograd/internal/resampling.h has them for Variables.
namespace tinytorch {

/// x [batch, channels, height, width] resampled. In x's order in memory.
/// @throws ShapeError, DTypeError  x is not images of the sampling's size, or not floating
Tensor resample2d(const Tensor& x, const kernels::Resampling& sampling);

/// The transpose of that map: the gradient of resample2d() for x.
/// @throws as resample2d()
Tensor resample2d_gradient(const Tensor& grad, const kernels::Resampling& sampling);

}  // namespace tinytorch
