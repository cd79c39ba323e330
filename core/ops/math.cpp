#include "core/ops/math.h"

#include "core/ops/unary.h"

namespace tinytorch {

Tensor exp(const Tensor& x) { return floating_unary(kernels::exp, x); }
Tensor log(const Tensor& x) { return floating_unary(kernels::log, x); }
Tensor sqrt(const Tensor& x) { return floating_unary(kernels::sqrt, x); }
Tensor sin(const Tensor& x) { return floating_unary(kernels::sin, x); }
Tensor cos(const Tensor& x) { return floating_unary(kernels::cos, x); }
Tensor tanh(const Tensor& x) { return floating_unary(kernels::tanh, x); }

}  // namespace tinytorch
