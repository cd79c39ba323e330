#pragma once

#include "core/kernel.h"
#include "core/tensor.h"

namespace tinytorch::kernels {

/// y[...] = value, converted. Any strides and element type.
inline Kernel<void(const Scalar& value, Tensor& y)> fill{"fill"};
/// y[i] = start + i * step; y contiguous. Computed in i64 where y is an integer tensor and both numbers are
/// integers, else in f64.
inline Kernel<void(const Scalar& start, const Scalar& step, Tensor& y)> arange{"arange"};

}  // namespace tinytorch::kernels
