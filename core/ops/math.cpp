#include "core/ops/math.h"
#include "core/ops/math_kernels.h"

#include "core/ops/internal/elementwise.h"

namespace tinytorch {

Tensor exp(const Tensor& x) { return floating_unary(kernels::exp, x); }
Tensor exp2(const Tensor& x) { return floating_unary(kernels::exp2, x); }
Tensor expm1(const Tensor& x) { return floating_unary(kernels::expm1, x); }
Tensor log(const Tensor& x) { return floating_unary(kernels::log, x); }
Tensor log2(const Tensor& x) { return floating_unary(kernels::log2, x); }
Tensor log10(const Tensor& x) { return floating_unary(kernels::log10, x); }
Tensor log1p(const Tensor& x) { return floating_unary(kernels::log1p, x); }
Tensor sqrt(const Tensor& x) { return floating_unary(kernels::sqrt, x); }
Tensor rsqrt(const Tensor& x) { return floating_unary(kernels::rsqrt, x); }
Tensor sin(const Tensor& x) { return floating_unary(kernels::sin, x); }
Tensor cos(const Tensor& x) { return floating_unary(kernels::cos, x); }
Tensor tan(const Tensor& x) { return floating_unary(kernels::tan, x); }
Tensor asin(const Tensor& x) { return floating_unary(kernels::asin, x); }
Tensor acos(const Tensor& x) { return floating_unary(kernels::acos, x); }
Tensor atan(const Tensor& x) { return floating_unary(kernels::atan, x); }
Tensor sinh(const Tensor& x) { return floating_unary(kernels::sinh, x); }
Tensor cosh(const Tensor& x) { return floating_unary(kernels::cosh, x); }
Tensor tanh(const Tensor& x) { return floating_unary(kernels::tanh, x); }
Tensor erf(const Tensor& x) { return floating_unary(kernels::erf, x); }

Tensor floor(const Tensor& x) { return numeric_unary(kernels::floor, x); }
Tensor ceil(const Tensor& x) { return numeric_unary(kernels::ceil, x); }
Tensor trunc(const Tensor& x) { return numeric_unary(kernels::trunc, x); }
Tensor round(const Tensor& x) { return numeric_unary(kernels::round, x); }

Tensor atan2(const Tensor& a, const Tensor& b) {
  return binary(kernels::atan2, OperandTypes::to_floating, a, b);
}

}  // namespace tinytorch
