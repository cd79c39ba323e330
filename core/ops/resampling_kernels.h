#pragma once

#include "core/kernel.h"
#include "core/ops/resampling.h"
#include "core/tensor.h"

namespace tinytorch::kernels {

// Floating images, row-major or channels-last without gaps, both of a call in the same order; not empty.
inline Kernel<void(const Tensor& x, const detail::Resampling& sampling, Tensor& y)> resample2d{"resample2d"};
inline Kernel<void(const Tensor& grad, const detail::Resampling& sampling, Tensor& dx)> resample2d_gradient{
    "resample2d_gradient"};

}  // namespace tinytorch::kernels
