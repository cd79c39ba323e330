#include "core/ops/unary.h"

#include "core/ops/check.h"
#include "core/ops/creation.h"

namespace tinytorch {

namespace {

Tensor checked_unary(const kernels::UnaryKernel& kernel, const Tensor& x) {
  Tensor y = empty_like(x);
  if (y.numel() > 0) kernel(x, y);
  y.set_number(x.is_number());
  return y;
}

}  // namespace

Tensor numeric_unary(const kernels::UnaryKernel& kernel, const Tensor& x) {
  require_numeric(kernel.name(), x);
  return checked_unary(kernel, x);
}

Tensor floating_unary(const kernels::UnaryKernel& kernel, const Tensor& x) {
  require_floating(kernel.name(), x);
  return checked_unary(kernel, x);
}

}  // namespace tinytorch
