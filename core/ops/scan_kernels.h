#pragma once

#include "core/kernel.h"
#include "core/tensor.h"

namespace tinytorch::kernels {

/// A slot for cumulative operations along the last axis, from its end where `reverse`. x and y are
/// contiguous, of one shape, not empty; x of any dtype, y i64 for integers and bool, else of x's dtype.
using ScanKernel = Kernel<void(const Tensor& x, const bool& reverse, Tensor& y)>;
inline ScanKernel cumsum{"cumsum"};
inline ScanKernel cumprod{"cumprod"};
/// y_i = a_i y_{i-1} + b_i along the last axis, from its end where `reverse`. Floating; all contiguous, of
/// one dtype and shape, not empty.
inline Kernel<void(const Tensor& a, const Tensor& b, const bool& reverse, Tensor& y)> linear_recurrence{
    "linear_recurrence"};

}  // namespace tinytorch::kernels
