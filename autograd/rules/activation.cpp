#include "autograd/grad_mode.h"
#include "autograd/ops.h"
#include "autograd/rules/relu_gradient.h"
#include "autograd/tape.h"
#include "core/ops/activation_kernels.h"
#include "core/ops/elementwise_kernels.h"
#include "core/ops/internal/elementwise.h"

#include <cmath>
#include <numbers>

namespace tinytorch {

Variable relu(const Variable& x) {
  return record_with_output("relu", relu(x.value()), {x}, [](const RuleArguments& at) {
    return Gradients(relu_gradient(at.grad, at.output()));
  });
}

Variable sigmoid(const Variable& x) {
  return record_with_output("sigmoid", sigmoid(x.value()), {x}, [](const RuleArguments& at) {
    const Variable y = at.output();
    return Gradients(at.grad * (y * (1 - y)));
  });
}

Variable leaky_relu(const Variable& x, double slope) {
  return record("leaky_relu", leaky_relu(x.value(), slope), {x},
                [x = Saved(x), slope](const RuleArguments& at) {
                  return Gradients(where(*x > 0, at.grad, at.grad * slope));
                });
}

Variable elu(const Variable& x, double alpha) {
  return record("elu", elu(x.value(), alpha), {x}, [x = Saved(x), alpha](const RuleArguments& at) {
    // Where x is positive its exponential is not asked for, and could be infinite.
    return Gradients(where(*x > 0, at.grad, at.grad * (alpha * exp(minimum(*x, 0)))));
  });
}

Variable softplus(const Variable& x, double beta) {
  return record("softplus", softplus(x.value(), beta), {x}, [x = Saved(x), beta](const RuleArguments& at) {
    return Gradients(at.grad * sigmoid(*x * beta));
  });
}

Variable hardswish(const Variable& x) {
  return record("hardswish", hardswish(x.value()), {x}, [x = Saved(x)](const RuleArguments& at) {
    const Variable middle = at.grad * (*x / 3 + 0.5);
    return Gradients(where(*x < -3, zeros_like(at.grad), where(*x > 3, at.grad, middle)));
  });
}

namespace {

/// Records an op whose gradient has a kernel; `slope` is the same derivative in ops that have rules, for
/// gradients of the gradient.
template <class Slope>
Variable with_gradient_kernel(const kernels::BinaryKernel& kernel, const char* name, Tensor value,
                              const Variable& x, Slope slope) {
  return record(name, std::move(value), {x}, [&kernel, x = Saved(x), slope](const RuleArguments& at) {
    if (grad_enabled()) return Gradients(at.grad * slope(*x));
    return Gradients(Variable(gradient_binary(kernel, x->value(), at.grad.value())));
  });
}

/// The standard normal distribution's probability below x.
Variable probability_below(const Variable& x) { return 0.5 * (1 + erf(x * std::numbers::sqrt2 * 0.5)); }

Variable gelu_slope(const Variable& x) {
  constexpr double kDensity = std::numbers::inv_sqrtpi / std::numbers::sqrt2;
  return probability_below(x) + x * (kDensity * exp(x * x * -0.5));
}

Variable gelu_tanh_slope(const Variable& x) {
  constexpr double kScale = std::numbers::sqrt2 * std::numbers::inv_sqrtpi, kCubic = 0.044715;
  const Variable t = tanh(kScale * (x + kCubic * x * x * x));
  return 0.5 * (1 + t + x * (1 - t * t) * (kScale * (1 + 3 * kCubic * x * x)));
}

Variable silu_slope(const Variable& x) {
  const Variable s = sigmoid(x);
  return s * (1 + x * (1 - s));
}

}  // namespace

Variable gelu(const Variable& x, GeluForm form) {
  Tensor y = gelu(x.value(), form);
  if (form == GeluForm::erf)
    return with_gradient_kernel(kernels::gelu_gradient, "gelu", std::move(y), x, gelu_slope);
  return with_gradient_kernel(kernels::gelu_tanh_gradient, "gelu", std::move(y), x, gelu_tanh_slope);
}

Variable silu(const Variable& x) {
  return with_gradient_kernel(kernels::silu_gradient, "silu", silu(x.value()), x, silu_slope);
}

Variable softmax(const Variable& x, int axis) {
  return record_with_output("softmax", softmax(x.value(), axis), {x}, [axis](const RuleArguments& at) {
    const Variable y = at.output();
    return Gradients(y * (at.grad - sum(at.grad * y, {axis}, true)));
  });
}

Variable log_softmax(const Variable& x, int axis) {
  return record_with_output("log_softmax", log_softmax(x.value(), axis), {x},
                            [axis](const RuleArguments& at) {
                              return Gradients(at.grad - exp(at.output()) * sum(at.grad, {axis}, true));
                            });
}

}  // namespace tinytorch
