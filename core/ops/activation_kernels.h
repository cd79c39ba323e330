#pragma once

#include "core/kernel.h"
#include "core/ops/elementwise_kernels.h"
#include "core/tensor.h"

namespace tinytorch::kernels {

// The constants of selu().
inline constexpr double kSeluAlpha = 1.6732632423543772848, kSeluScale = 1.0507009873554804934;

/// y = max(x, 0). Floating.
inline UnaryKernel relu{"relu"};
/// y = 1 / (1 + exp(-x)). Floating.
inline UnaryKernel sigmoid{"sigmoid"};
// The functions of the same names in core/ops/activation.h. Floating.
inline UnaryKernel logsigmoid{"logsigmoid"};
inline UnaryKernel hardsigmoid{"hardsigmoid"};
inline UnaryKernel softsign{"softsign"};
inline UnaryKernel selu{"selu"};
inline UnaryKernel mish{"mish"};
inline UnaryKernel silu{"silu"};
inline UnaryKernel gelu{"gelu"};
inline UnaryKernel gelu_tanh{"gelu_tanh"};
inline UnaryKernel hardswish{"hardswish"};
inline UnaryKernelWithParameter leaky_relu{"leaky_relu"};
inline UnaryKernelWithParameter elu{"elu"};
inline UnaryKernelWithParameter softplus{"softplus"};
/// y = min(max(x, low), high), NaN where x is NaN. Floating; as UnaryKernel.
inline Kernel<void(const Tensor& x, const double& low, const double& high, Tensor& y)> hardtanh{"hardtanh"};
// y = b times the function's derivative at a. Floating.
inline BinaryKernel silu_gradient{"silu_gradient"};
inline BinaryKernel mish_gradient{"mish_gradient"};
inline BinaryKernel gelu_gradient{"gelu_gradient"};
inline BinaryKernel gelu_tanh_gradient{"gelu_tanh_gradient"};

/// A slot for functions along one axis, in [0, rank). x has at least one axis and one element, and any
/// strides; y is contiguous, of x's shape and floating dtype.
using AlongAxisKernel = Kernel<void(const Tensor& x, const int& axis, Tensor& y)>;
inline AlongAxisKernel softmax{"softmax"};
inline AlongAxisKernel log_softmax{"log_softmax"};

}  // namespace tinytorch::kernels
