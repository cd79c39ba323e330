#pragma once

#include "core/kernel.h"
#include "core/tensor.h"

namespace tinytorch::kernels {

/// y[...] = value, converted to y's dtype. Any strides and dtype.
inline Kernel<void(const Scalar& value, Tensor& y)> fill{"fill"};
/// y[i] = start + i * step; y is contiguous. Computed in i64 if y, start and step are integers, otherwise in
/// f64.
inline Kernel<void(const Scalar& start, const Scalar& step, Tensor& y)> arange{"arange"};

}  // namespace tinytorch::kernels
