#pragma once

#include "core/kernel.h"
#include "core/tensor.h"

namespace tinytorch::kernels {

/// y[...] = value, converted. Any strides and dtype.
inline Kernel<void(const Scalar& value, Tensor& y)> fill{"fill"};
/// y[i] = start + i * step; y contiguous. Computed in i64 where y, start and step are integers, else in f64.
inline Kernel<void(const Scalar& start, const Scalar& step, Tensor& y)> arange{"arange"};

}  // namespace tinytorch::kernels
