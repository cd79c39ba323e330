#pragma once

#include "core/kernel.h"
#include "core/tensor.h"

namespace tinytorch::kernels {

// The functions of the same names in core/ops/quantization.h. All tensors are contiguous.

/// x [rows, columns], f32; values [rows, columns], u8; scales [rows], f32. There is a row; columns may be 0.
inline Kernel<void(const Tensor& x, Tensor& values, Tensor& scales)> quantize_rows{"quantize_rows"};

inline double int8_linear_operations(const Tensor& x, const Tensor&, const Tensor&, const Tensor&,
                                     const Tensor& y) {
  return product_operations(y.numel(), x.size(1));
}

/// x [rows, in], scales [out], bias [out] and y [rows, out] are f32, values [out, in] u8. y is not empty; in
/// may be 0, and is at most kMaxInt8Columns.
inline Kernel<void(const Tensor& x, const Tensor& values, const Tensor& scales, const Tensor& bias,
                   Tensor& y)>
    int8_linear{"int8_linear", int8_linear_operations};

}  // namespace tinytorch::kernels
