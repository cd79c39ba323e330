#pragma once

#include "core/kernel.h"
#include "core/tensor.h"

namespace tinytorch::kernels {

/// A slot for cumulative operations along the last axis, from its end if `reverse`. x and y are contiguous,
/// of one shape and not empty. x has any dtype; y is i64 for integers and bool, otherwise of x's dtype.
using ScanKernel = Kernel<void(const Tensor& x, const bool& reverse, Tensor& y)>;
inline ScanKernel cumsum{"cumsum"};
inline ScanKernel cumprod{"cumprod"};
/// A slot for the index along the last axis of the last element up to each that is the largest or smallest of
/// them; the last NaN if there is one. x and indices (i64) are contiguous, of one shape and not empty. x has
/// any dtype.
using ArgScanKernel = Kernel<void(const Tensor& x, Tensor& indices)>;
inline ArgScanKernel cummax{"cummax"};
inline ArgScanKernel cummin{"cummin"};
/// y_i = a_i * y_{i-1} + b_i along the last axis, from its end if `reverse`. All are contiguous, of one
/// floating dtype and shape, and not empty.
inline Kernel<void(const Tensor& a, const Tensor& b, const bool& reverse, Tensor& y)> linear_recurrence{
    "linear_recurrence"};

}  // namespace tinytorch::kernels
