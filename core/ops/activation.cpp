#include "core/ops/activation.h"
#include "core/ops/activation_kernels.h"

#include "core/ops/creation.h"
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

}  // namespace

Tensor relu(const Tensor& x) { return floating_unary(kernels::relu, x); }
Tensor sigmoid(const Tensor& x) { return floating_unary(kernels::sigmoid, x); }
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
Tensor softmax(const Tensor& x, int axis) { return along_axis(kernels::softmax, x, axis); }
Tensor log_softmax(const Tensor& x, int axis) { return along_axis(kernels::log_softmax, x, axis); }

}  // namespace tinytorch
