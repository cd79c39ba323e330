#include "core/ops/internal/elementwise.h"
#include "core/ops/elementwise_kernels.h"

#include "core/ops/creation.h"
#include "core/ops/internal/check.h"
#include "core/ops/internal/operands.h"

namespace tinytorch {

namespace {

Tensor checked_unary(const kernels::UnaryKernel& kernel, const Tensor& x) {
  const OpScope scope(kernel.name());
  Tensor y = empty_like(x);
  if (y.numel() > 0) kernel(x, y);
  y.set_weakly_typed(x.is_weakly_typed());
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

Tensor floating_unary(const kernels::UnaryKernelWithParameter& kernel, const Tensor& x, double parameter) {
  const OpScope scope(kernel.name());
  require_floating(kernel.name(), x);
  Tensor y = empty_like(x);
  if (y.numel() > 0) kernel(x, parameter, y);
  y.set_weakly_typed(x.is_weakly_typed());
  return y;
}

Tensor floating_test(const kernels::UnaryKernel& kernel, const Tensor& x, bool of_integers) {
  const OpScope scope(kernel.name());
  require_defined(kernel.name(), x);
  if (!is_floating(x.dtype())) {
    return full(x.shape(), of_integers, {.dtype = DType::boolean, .device = x.device()});
  }
  Tensor y = empty_result(x, x, {.dtype = DType::boolean, .device = x.device()});
  if (y.numel() > 0) kernel(x, y);
  return y;
}

DType working_dtype(const kernels::BinaryKernel& kernel, OperandTypes types, const Tensor& a,
                    const Tensor& b) {
  require_defined(kernel.name(), a, "a");
  require_defined(kernel.name(), b, "b");
  const DType dtype = common_dtype(a, b);
  const bool takes_floating = types != OperandTypes::integral && types != OperandTypes::integer;
  const bool takes_bools = types == OperandTypes::all || types == OperandTypes::integral;
  if (!takes_floating && is_floating(dtype)) {
    fail<DTypeError>(kernel.name(),
                     "takes integers and bools, but a is {} and b is {}; convert {} with .to(DType::i64)",
                     a.dtype(), b.dtype(), is_floating(a.dtype()) && is_floating(b.dtype()) ? "both" : "one");
  }
  if (!takes_bools && dtype == DType::boolean) {
    fail<DTypeError>(kernel.name(),
                     "takes numbers, but both operands are bool; convert one with .to(DType::i64)");
  }
  return types == OperandTypes::to_floating && !is_floating(dtype) ? DType::f32 : dtype;
}

Tensor binary(const kernels::BinaryKernel& kernel, OperandTypes types, const Tensor& a, const Tensor& b) {
  const OpScope scope(kernel.name());
  const DType dtype = working_dtype(kernel, types, a, b);
  const Device device = common_device(kernel.name(), a, b);
  const Shape shape = broadcast_shapes(kernel.name(), a.shape(), b.shape());
  const BroadcastOperand left(a, dtype, shape), right(b, dtype, shape);
  Tensor y = empty_result(*left, *right, {.dtype = dtype, .device = device});
  if (y.numel() > 0) kernel(*left, *right, y);
  y.set_weakly_typed(a.is_weakly_typed() && b.is_weakly_typed());
  return y;
}

namespace {

/// @throws ValueError, DeviceError
Device common_device_of(const char* op, const Operand& a, const Operand& b, const Operand& c) {
  for (const Operand* x : {&a, &b, &c}) require_defined(op, x->tensor, x->name);
  common_device(op, a, c);
  const Device device = common_device(op, b, c);
  return a.tensor.is_weakly_typed() ? device : common_device(op, a, b);
}

Shape common_shape_of(const char* op, const Tensor& a, const Tensor& b, const Tensor& c) {
  return broadcast_shapes(op, broadcast_shapes(op, a.shape(), b.shape()), c.shape());
}

DType promoted_dtype(const Tensor& a, const Tensor& b, const Tensor& c, bool to_floating) {
  const DType dtype = common_dtype(a, b, c);
  return to_floating && !is_floating(dtype) ? DType::f32 : dtype;
}

}  // namespace

TernaryOperands::TernaryOperands(const char* op, const Operand& a, const Operand& b, const Operand& c,
                                 bool to_floating)
    : device_(common_device_of(op, a, b, c)),
      dtype_(promoted_dtype(a.tensor, b.tensor, c.tensor, to_floating)),
      shape_(common_shape_of(op, a.tensor, b.tensor, c.tensor)),
      weakly_typed_(a.tensor.is_weakly_typed() && b.tensor.is_weakly_typed() && c.tensor.is_weakly_typed()),
      a_(a.tensor, dtype_, shape_),
      b_(b.tensor, dtype_, shape_),
      c_(c.tensor, dtype_, shape_) {}

}  // namespace tinytorch
