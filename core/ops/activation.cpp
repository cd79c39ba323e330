#include "core/ops/activation.h"
#include "core/ops/activation_kernels.h"

#include "core/ops/creation.h"
#include "core/ops/internal/activation.h"
#include "core/ops/internal/check.h"
#include "core/ops/internal/elementwise.h"

namespace tinytorch {

namespace {

Tensor along_axis(const kernels::AlongAxisKernel& kernel, const Tensor& x, int axis) {
  const OpScope scope(kernel.name());
  require_floating(kernel.name(), x);
  const int along = normalize_axis(kernel.name(), axis, x.rank());
  Tensor y = empty(x.shape(), {.dtype = x.dtype(), .device = x.device()});
  if (y.numel() > 0) kernel(x, along, y);
  return y;
}

/// hardtanh(), called `op` in errors.
Tensor limited(const char* op, const Tensor& x, double low, double high) {
  const OpScope scope(op);
  require_floating(op, x);
  Tensor y = empty_like(x);
  if (y.numel() > 0) kernels::hardtanh(x, low, high, y);
  y.set_weakly_typed(x.is_weakly_typed());
  return y;
}

}  // namespace

Tensor relu(const Tensor& x) { return floating_unary(kernels::relu, x); }
Tensor relu6(const Tensor& x) { return limited("relu6", x, 0, 6); }
Tensor hardtanh(const Tensor& x, double low, double high) {
  if (!(low < high)) fail<ValueError>("hardtanh", "low is {} and high {}; low must be less", low, high);
  return limited("hardtanh", x, low, high);
}
Tensor sigmoid(const Tensor& x) { return floating_unary(kernels::sigmoid, x); }
Tensor logsigmoid(const Tensor& x) { return floating_unary(kernels::logsigmoid, x); }
Tensor hardsigmoid(const Tensor& x) { return floating_unary(kernels::hardsigmoid, x); }
Tensor softsign(const Tensor& x) { return floating_unary(kernels::softsign, x); }
Tensor selu(const Tensor& x) { return floating_unary(kernels::selu, x); }
Tensor mish(const Tensor& x) { return floating_unary(kernels::mish, x); }
Tensor silu(const Tensor& x) { return floating_unary(kernels::silu, x); }
Tensor hardswish(const Tensor& x) { return floating_unary(kernels::hardswish, x); }
Tensor gelu(const Tensor& x, GeluForm form) {
  const OpScope scope("gelu");
  return floating_unary(form == GeluForm::erf ? kernels::gelu : kernels::gelu_tanh, x);
}
Tensor leaky_relu(const Tensor& x, double slope) { return floating_unary(kernels::leaky_relu, x, slope); }
Tensor elu(const Tensor& x, double alpha) { return floating_unary(kernels::elu, x, alpha); }
Tensor softplus(const Tensor& x, double beta) {
  const OpScope scope("softplus");
  if (!(beta > 0)) fail<ValueError>("softplus", "beta is {}; it must be positive", beta);
  return floating_unary(kernels::softplus, x, beta);
}

Tensor gradient_along_axis(const kernels::AlongAxisGradientKernel& kernel, const Tensor& y,
                           const Tensor& grad, int axis) {
  Tensor dx = empty(y.shape(), {.dtype = y.dtype(), .device = y.device()});
  if (dx.numel() > 0) kernel(y, grad, normalize_axis(kernel.name(), axis, y.rank()), dx);
  return dx;
}

Tensor softmax(const Tensor& x, int axis) { return along_axis(kernels::softmax, x, axis); }
Tensor log_softmax(const Tensor& x, int axis) { return along_axis(kernels::log_softmax, x, axis); }

}  // namespace tinytorch
