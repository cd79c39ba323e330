#pragma once

#include "core/kernel.h"
#include "core/tensor.h"

namespace tinytorch::kernels {

/// A slot for elementwise functions of two operands. a, b and y have the same shape and any strides (0 where
/// broadcast); a and b have the same dtype. y may be a or b. A scalar operand, all of whose strides are 0,
/// may be on the CPU whatever y's device.
using BinaryKernel = Kernel<void(const Tensor& a, const Tensor& b, Tensor& y)>;
/// A slot for elementwise functions of one operand. Same shape; any strides; y may be x.
using UnaryKernel = Kernel<void(const Tensor& x, Tensor& y)>;
/// A slot for elementwise functions of one operand and a scalar parameter. Same shape; any strides; y may be
/// x.
using UnaryKernelWithParameter = Kernel<void(const Tensor& x, const double& parameter, Tensor& y)>;

}  // namespace tinytorch::kernels
