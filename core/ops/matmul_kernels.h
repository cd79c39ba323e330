#pragma once

#include "core/kernel.h"
#include "core/ops/matmul.h"
#include "core/tensor.h"

namespace tinytorch::kernels {

inline double matmul_operations(const Tensor& a, const Tensor&, const Tensor& y) {
  return product_operations(y.numel(), a.size(-1));
}
inline double linear_operations(const Tensor& x, const Tensor&, const Tensor&, const Activation&,
                                const Tensor& y) {
  return product_operations(y.numel(), x.size(1));
}

/// y[..., i, j] = sum over l of a[..., i, l] * b[..., l, j]. All three have rank >= 2 and the same leading
/// lengths. a and b have any strides (0 along broadcast axes); y is contiguous and not empty (k may be 0).
/// All have one dtype: i32, i64 or floating.
inline Kernel<void(const Tensor& a, const Tensor& b, Tensor& y)> matmul{"matmul", matmul_operations};

/// y[i, j] = f(sum over l of x[i, l] * weight[j, l] + bias[j]), where f is the activation. x [rows, in],
/// weight [out, in], bias [out] and y [rows, out] are contiguous and of one floating dtype; y is not empty
/// (in may be 0).
inline Kernel<void(const Tensor& x, const Tensor& weight, const Tensor& bias, const Activation& activation,
                   Tensor& y)>
    linear{"linear", linear_operations};

}  // namespace tinytorch::kernels
