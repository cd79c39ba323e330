#pragma once

#include "core/kernel.h"
#include "core/ops/matmul.h"
#include "core/tensor.h"

namespace tinytorch::kernels {

/// y[..., i, j] = sum over l of a[..., i, l] * b[..., l, j]. All three have rank >= 2 and the same leading
/// lengths. a and b have any strides (0 along broadcast axes); y is contiguous and not empty (k may be 0).
/// All have one dtype: i32, i64 or floating.
inline Kernel<void(const Tensor& a, const Tensor& b, Tensor& y)> matmul{"matmul"};

/// y[i, j] = f(sum over l of x[i, l] * weight[j, l] + bias[j]), where f is the activation. x [rows, in],
/// weight [out, in], bias [out] and y [rows, out] are contiguous and of one floating dtype; y is not empty
/// (in may be 0).
inline Kernel<void(const Tensor& x, const Tensor& weight, const Tensor& bias, const Activation& activation,
                   Tensor& y)>
    linear{"linear"};

}  // namespace tinytorch::kernels
