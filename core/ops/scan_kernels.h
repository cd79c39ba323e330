#pragma once

#include "core/kernel.h"
#include "core/tensor.h"

namespace tinytorch::kernels {

/// A slot of running totals along the last axis, from its end where `reverse`. x and y are contiguous, of one
/// shape, not empty; x of any type, y i64 for integers and bool, else x's.
using ScanKernel = Kernel<void(const Tensor& x, const bool& reverse, Tensor& y)>;
inline ScanKernel cumsum{"cumsum"};
inline ScanKernel cumprod{"cumprod"};
/// y_i = a_i y_{i-1} + b_i along the last axis, likewise. Floating; all contiguous, of one type and shape.
inline Kernel<void(const Tensor& a, const Tensor& b, const bool& reverse, Tensor& y)> linear_recurrence{
    "linear_recurrence"};

}  // namespace tinytorch::kernels
