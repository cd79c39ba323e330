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

// The gradients of the functions above, from y or x.
inline GradientKernel<> relu_gradient{"relu_gradient"};        // y
inline GradientKernel<> sigmoid_gradient{"sigmoid_gradient"};  // y
inline GradientKernel<> logsigmoid_gradient{"logsigmoid_gradient"};
inline GradientKernel<> hardsigmoid_gradient{"hardsigmoid_gradient"};
inline GradientKernel<> softsign_gradient{"softsign_gradient"};
inline GradientKernel<> selu_gradient{"selu_gradient"};
inline GradientKernel<> mish_gradient{"mish_gradient"};
inline GradientKernel<> silu_gradient{"silu_gradient"};
inline GradientKernel<> gelu_gradient{"gelu_gradient"};
inline GradientKernel<> gelu_tanh_gradient{"gelu_tanh_gradient"};
inline GradientKernel<> hardswish_gradient{"hardswish_gradient"};
inline GradientKernel<double> leaky_relu_gradient{"leaky_relu_gradient"};
inline GradientKernel<double> elu_gradient{"elu_gradient"};
inline GradientKernel<double> softplus_gradient{"softplus_gradient"};
inline GradientKernel<double, double> hardtanh_gradient{"hardtanh_gradient"};

/// A slot for functions along one axis, in [0, rank). x has at least one axis and one element, and any
/// strides; y is contiguous, of x's shape and floating dtype.
using AlongAxisKernel = Kernel<void(const Tensor& x, const int& axis, Tensor& y)>;
inline AlongAxisKernel softmax{"softmax"};
inline AlongAxisKernel log_softmax{"log_softmax"};

/// A slot for the gradients of these, from the result y. y and grad have any strides; dx is contiguous, of
/// their shape and dtype.
using AlongAxisGradientKernel =
    Kernel<void(const Tensor& y, const Tensor& grad, const int& axis, Tensor& dx)>;
/// dx = y (grad - sum of y grad along the axis).
inline AlongAxisGradientKernel softmax_gradient{"softmax_gradient"};
/// dx = grad - exp(y) (sum of grad along the axis).
inline AlongAxisGradientKernel log_softmax_gradient{"log_softmax_gradient"};

}  // namespace tinytorch::kernels
