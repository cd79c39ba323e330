#include "core/ops/activation.h"

#include "core/ops/check.h"
#include "core/ops/creation.h"
#include "core/ops/unary.h"

namespace tinytorch {

namespace {

Tensor along_axis(const kernels::AlongAxisKernel& kernel, const Tensor& x, int axis) {
  require_floating(kernel.name(), x);
  const int place = normalize_axis(kernel.name(), axis, x.rank());
  Tensor y = empty(x.shape(), {.dtype = x.dtype(), .device = x.device()});
  if (y.numel() > 0) kernel(x, place, y);
  return y;
}

}  // namespace

Tensor relu(const Tensor& x) { return floating_unary(kernels::relu, x); }
Tensor sigmoid(const Tensor& x) { return floating_unary(kernels::sigmoid, x); }
Tensor softmax(const Tensor& x, int axis) { return along_axis(kernels::softmax, x, axis); }
Tensor log_softmax(const Tensor& x, int axis) { return along_axis(kernels::log_softmax, x, axis); }

}  // namespace tinytorch
