#include "core/ops/floating_unary.h"

#include "core/ops/check.h"
#include "core/ops/creation.h"

namespace tinytorch {

Tensor floating_unary(const kernels::UnaryKernel& kernel, const Tensor& x) {
  require_floating(kernel.name(), x);
  Tensor y = empty_like(x);
  if (y.numel() > 0) kernel(x, y);
  y.set_number(x.is_number());
  return y;
}

}  // namespace tinytorch
