#pragma once

#include "core/kernel.h"
#include "core/tensor.h"

namespace tinytorch::kernels {

/// A slot for elementwise functions of two operands. a, b and y have the same shape and any strides (0 along
/// broadcast axes); a and b have the same dtype. y may be a or b. An operand whose strides are all 0 is a
/// scalar; it may be on the CPU even if y is not.
using BinaryKernel = Kernel<void(const Tensor& a, const Tensor& b, Tensor& y)>;
/// A slot for elementwise functions of one operand. x and y have the same shape and any strides; y may be x.
using UnaryKernel = Kernel<void(const Tensor& x, Tensor& y)>;
/// A slot for elementwise functions of one operand and a scalar parameter; otherwise like UnaryKernel.
using UnaryKernelWithParameter = Kernel<void(const Tensor& x, const double& parameter, Tensor& y)>;

}  // namespace tinytorch::kernels
