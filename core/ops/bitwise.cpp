#include "core/ops/bitwise.h"
#include "core/ops/bitwise_kernels.h"

#include "core/ops/comparison.h"
#include "core/ops/creation.h"
#include "core/ops/internal/check.h"
#include "core/ops/internal/elementwise.h"

namespace tinytorch {

Tensor bitwise_and(const Tensor& a, const Tensor& b) {
  return binary(kernels::bitwise_and, OperandTypes::integral, a, b);
}
Tensor bitwise_or(const Tensor& a, const Tensor& b) {
  return binary(kernels::bitwise_or, OperandTypes::integral, a, b);
}
Tensor bitwise_xor(const Tensor& a, const Tensor& b) {
  return binary(kernels::bitwise_xor, OperandTypes::integral, a, b);
}
Tensor bitwise_left_shift(const Tensor& a, const Tensor& b) {
  return binary(kernels::bitwise_left_shift, OperandTypes::integer, a, b);
}
Tensor bitwise_right_shift(const Tensor& a, const Tensor& b) {
  return binary(kernels::bitwise_right_shift, OperandTypes::integer, a, b);
}

Tensor bitwise_not(const Tensor& x) {
  const OpScope scope("bitwise_not");
  require_defined("bitwise_not", x);
  if (x.dtype() == DType::boolean) return logical_not(x);
  if (is_floating(x.dtype())) {
    fail<DTypeError>("bitwise_not", "takes integers and bools, but x is {}; convert it with .to(DType::i64)",
                     x.dtype());
  }
  return numeric_unary(kernels::bitwise_not, x);
}

}  // namespace tinytorch
