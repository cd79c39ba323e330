#pragma once

#include "core/kernel.h"
#include "core/tensor.h"

namespace tinytorch::kernels {

/// A slot for elementwise functions of two operands. a, b and y have the same shape and any strides (0 along
/// broadcast axes); a and b have the same dtype. y may be a or b. An operand whose strides are all 0 is a
/// scalar; it may be on the CPU even if y is not.
using BinaryKernel = Kernel<void(const Tensor& a, const Tensor& b, Tensor& y)>;
/// The same for three operands, and parameters.
template <class... Parameters>
using TernaryKernel = Kernel<void(const Tensor& a, const Tensor& b, const Tensor& c,
                                  const Parameters&... parameters, Tensor& y)>;
/// A slot for elementwise functions of one operand. x and y have the same shape and any strides; y may be x.
using UnaryKernel = Kernel<void(const Tensor& x, Tensor& y)>;
/// A slot for elementwise functions of one operand and a scalar parameter; otherwise like UnaryKernel.
using UnaryKernelWithParameter = Kernel<void(const Tensor& x, const double& parameter, Tensor& y)>;
/// A slot for gradients of elementwise functions y = f(x) with parameters: dx = grad f'(x), in one traversal.
/// Its first operand is what the formula needs, x or y. Floating; operands as in a BinaryKernel.
template <class... Parameters>
using GradientKernel =
    Kernel<void(const Tensor& x_or_y, const Tensor& grad, const Parameters&... parameters, Tensor& dx)>;

/// A slot for the gradient of an operand of y = f(a, b), in one traversal, from a, b and the gradient of y.
/// Floating.
using BinaryGradientKernel = TernaryKernel<>;

}  // namespace tinytorch::kernels
