#include "core/ops/activation_kernels.h"

#include <cmath>
#include <numbers>

#include "autograd/grad_mode.h"
#include "autograd/ops.h"
#include "autograd/rules/shared_gradients.h"
#include "autograd/rules/unary.h"
#include "autograd/tape.h"
#include "core/ops/internal/activation.h"

namespace tinytorch {

Variable relu(V x) { return from_y("relu", relu, x, relu_gradient); }

namespace {

/// Records hardtanh(); the gradient of a NaN is that of the result, as that of relu().
Variable limited(const char* name, Tensor y, V x, double low, double high) {
  const auto composed = [low, high](V grad, V x) {
    return where(logical_or(x <= low, x >= high), zeros_like(grad), grad);
  };
  return from_x(name, std::move(y), x, fused(kernels::hardtanh_gradient, composed, low, high));
}

}  // namespace

Variable relu6(V x) { return limited("relu6", relu6(x.value()), x, 0, 6); }

Variable hardtanh(V x, double low, double high) {
  return limited("hardtanh", hardtanh(x.value(), low, high), x, low, high);
}

Variable sigmoid(V x) {
  return from_y("sigmoid", sigmoid, x,
                fused(kernels::sigmoid_gradient, [](V grad, V y) { return grad * (y * (1 - y)); }));
}

Variable logsigmoid(V x) {
  return from_x("logsigmoid", logsigmoid, x,
                fused(kernels::logsigmoid_gradient, [](V grad, V x) { return grad * sigmoid(-x); }));
}

Variable hardsigmoid(V x) {
  return from_x("hardsigmoid", hardsigmoid, x, fused(kernels::hardsigmoid_gradient, [](V grad, V x) {
                  return where(abs(x) < 3, grad / 6, zeros_like(grad));
                }));
}

Variable softsign(V x) {
  return from_x("softsign", softsign, x, fused(kernels::softsign_gradient, [](V grad, V x) {
                  const Variable d = 1 + abs(x);
                  return grad / d / d;  // the square could overflow
                }));
}

Variable leaky_relu(V x, double slope) {
  const auto composed = [slope](V grad, V x) { return where(x > 0, grad, grad * slope); };
  return from_x("leaky_relu", leaky_relu(x.value(), slope), x,
                fused(kernels::leaky_relu_gradient, composed, slope));
}

Variable elu(V x, double alpha) {
  // The minimum, because the exponential of a positive x could be infinite.
  const auto composed = [alpha](V grad, V x) {
    return where(x <= 0, grad * (alpha * exp(minimum(x, 0))), grad);
  };
  return from_x("elu", elu(x.value(), alpha), x, fused(kernels::elu_gradient, composed, alpha));
}

Variable selu(V x) {
  constexpr double kScale = kernels::kSeluScale, kAlpha = kernels::kSeluAlpha;
  return from_x("selu", selu, x, fused(kernels::selu_gradient, [](V grad, V x) {
                  return where(x <= 0, grad * (kScale * kAlpha * exp(minimum(x, 0))), grad * kScale);
                }));
}

Variable softplus(V x, double beta) {
  const auto composed = [beta](V grad, V x) { return grad * sigmoid(x * beta); };
  return from_x("softplus", softplus(x.value(), beta), x, fused(kernels::softplus_gradient, composed, beta));
}

Variable hardswish(V x) {
  return from_x("hardswish", hardswish, x, fused(kernels::hardswish_gradient, [](V grad, V x) {
                  const Variable middle = grad * (x / 3 + 0.5);
                  return where(x < -3, zeros_like(grad), where(x <= 3, middle, grad));
                }));
}

namespace {

/// As fused(), along an axis of the result y.
template <class Rule>
auto fused_along_axis(const kernels::AlongAxisGradientKernel& kernel, int axis, Rule composed) {
  return [&kernel, axis, composed](V grad, V y) {
    if (grad_enabled()) return composed(grad, y);
    return Variable(gradient_along_axis(kernel, y.value(), grad.value(), axis));
  };
}

}  // namespace

Variable softmax(V x, int axis) {
  const auto composed = [axis](V grad, V y) { return y * (grad - sum(grad * y, {axis}, true)); };
  return from_y("softmax", softmax(x.value(), axis), x,
                fused_along_axis(kernels::softmax_gradient, axis, composed));
}

Variable log_softmax(V x, int axis) {
  const auto composed = [axis](V grad, V y) { return grad - exp(y) * sum(grad, {axis}, true); };
  return from_y("log_softmax", log_softmax(x.value(), axis), x,
                fused_along_axis(kernels::log_softmax_gradient, axis, composed));
}

namespace {

/// fused() where `derivative` computes the function's derivative.
template <class Derivative>
auto fused_derivative(const kernels::GradientKernel<>& kernel, Derivative derivative) {
  return fused(kernel, [derivative](V grad, V x) { return grad * derivative(x); });
}

/// The standard normal distribution's probability below x.
Variable normal_cdf(V x) { return 0.5 * (1 + erf(x * std::numbers::sqrt2 * 0.5)); }

Variable gelu_derivative(V x) {
  constexpr double kDensity = std::numbers::inv_sqrtpi / std::numbers::sqrt2;
  return normal_cdf(x) + x * (kDensity * exp(x * x * -0.5));
}

Variable gelu_tanh_derivative(V given) {
  // Beyond the bounds it is constant, and the squares would overflow.
  const Variable x = clamp(given, -1000, 1000);
  constexpr double kScale = std::numbers::sqrt2 * std::numbers::inv_sqrtpi, kCubic = 0.044715;
  const Variable t = tanh(kScale * (x + kCubic * x * x * x));
  return 0.5 * (1 + t + x * (1 - t * t) * (kScale * (1 + 3 * kCubic * x * x)));
}

Variable silu_derivative(V x) {
  const Variable s = sigmoid(x);
  return s * (1 + x * (1 - s));
}

Variable mish_derivative(V x) {
  const Variable t = tanh(softplus(x));
  return t + x * sigmoid(x) * (1 - t * t);
}

}  // namespace

Variable gelu(V x, GeluForm form) {
  if (form == GeluForm::erf)
    return from_x("gelu", gelu(x.value()), x, fused_derivative(kernels::gelu_gradient, gelu_derivative));
  return from_x("gelu", gelu(x.value(), form), x,
                fused_derivative(kernels::gelu_tanh_gradient, gelu_tanh_derivative));
}

Variable mish(V x) {
  return from_x("mish", mish, x, fused_derivative(kernels::mish_gradient, mish_derivative));
}

Variable silu(V x) {
  return from_x("silu", silu, x, fused_derivative(kernels::silu_gradient, silu_derivative));
}

}  // namespace tinytorch
