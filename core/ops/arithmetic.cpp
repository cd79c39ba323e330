#include "core/ops/arithmetic.h"
#include "core/ops/arithmetic_kernels.h"
#include "core/ops/elementwise_kernels.h"

#include "core/ops/copy.h"
#include "core/ops/internal/check.h"
#include "core/ops/internal/elementwise.h"
#include "core/ops/internal/operands.h"

namespace tinytorch {

namespace {

/// Whether writing `a` element by element could change what is still to be read of `b`.
bool reads_what_it_writes(const Tensor& a, const Tensor& b) {
  const bool same_view = a.offset() == b.offset() && a.shape() == b.shape() && a.strides() == b.strides();
  return a.storage() == b.storage() && !same_view;
}

/// @param sign  the operator in expressions, for error messages
void in_place(const kernels::BinaryKernel& kernel, char sign, OperandTypes types, Tensor& a,
              const Tensor& b) {
  const OpScope scope(kernel.name());
  const DType dtype = working_dtype(kernel, types, a, b);
  require_writable(kernel.name(), a);
  if (dtype != a.dtype()) {
    fail<DTypeError>(kernel.name(), "in place on dtype {}, but the result is {}; write a = a {} b", a.dtype(),
                     dtype, sign);
  }
  const Shape shape = broadcast_shapes(kernel.name(), a.shape(), b.shape());
  if (shape != a.shape()) {
    fail<ShapeError>(kernel.name(), "in place on shape {}, but with b of shape {} the result has shape {}",
                     a.shape(), b.shape(), shape);
  }
  if (common_device(kernel.name(), a, b) != a.device()) {
    fail<DeviceError>(kernel.name(), "in place on {}, but b is on {}; move one with .to(device)", a.device(),
                      b.device());
  }
  const Tensor source = reads_what_it_writes(a, b) ? clone(b) : b;
  if (a.numel() > 0) kernel(a, *BroadcastOperand(source, dtype, shape), a);
  a.storage()->bump_version();
}

}  // namespace

Tensor add(const Tensor& a, const Tensor& b) { return binary(kernels::add, OperandTypes::all, a, b); }
Tensor sub(const Tensor& a, const Tensor& b) { return binary(kernels::sub, OperandTypes::numeric, a, b); }
Tensor mul(const Tensor& a, const Tensor& b) { return binary(kernels::mul, OperandTypes::all, a, b); }
Tensor div(const Tensor& a, const Tensor& b) { return binary(kernels::div, OperandTypes::to_floating, a, b); }
Tensor pow(const Tensor& a, const Tensor& b) { return binary(kernels::pow, OperandTypes::numeric, a, b); }
Tensor remainder(const Tensor& a, const Tensor& b) {
  return binary(kernels::remainder, OperandTypes::numeric, a, b);
}
Tensor floor_divide(const Tensor& a, const Tensor& b) {
  return binary(kernels::floor_divide, OperandTypes::numeric, a, b);
}
Tensor maximum(const Tensor& a, const Tensor& b) { return binary(kernels::maximum, OperandTypes::all, a, b); }
Tensor minimum(const Tensor& a, const Tensor& b) { return binary(kernels::minimum, OperandTypes::all, a, b); }

Tensor clamp_min(const Tensor& x, const Tensor& low) {
  return binary(kernels::clamp_min, OperandTypes::all, x, low);
}
Tensor clamp_max(const Tensor& x, const Tensor& high) {
  return binary(kernels::clamp_max, OperandTypes::all, x, high);
}
Tensor clamp(const Tensor& x, const Tensor& low, const Tensor& high) {
  const OpScope scope("clamp");
  return TernaryOperands("clamp", {"x", x}, {"low", low}, {"high", high}, false).map(kernels::clamp);
}

Tensor addcmul(const Tensor& x, const Tensor& a, const Tensor& b, double value) {
  const OpScope scope("addcmul");
  const TernaryOperands operands("addcmul", {"x", x}, {"a", a}, {"b", b}, value != 1);
  if (!is_floating(operands.dtype())) return x + a * b;
  return operands.map(kernels::addcmul, value);
}
Tensor lerp(const Tensor& a, const Tensor& b, const Tensor& weight) {
  const OpScope scope("lerp");
  return TernaryOperands("lerp", {"a", a}, {"b", b}, {"the weight", weight}, true).map(kernels::lerp);
}
Tensor reciprocal(const Tensor& x) {
  const OpScope scope("reciprocal");
  return 1 / x;
}

Tensor neg(const Tensor& x) { return numeric_unary(kernels::neg, x); }
Tensor abs(const Tensor& x) { return numeric_unary(kernels::abs, x); }
Tensor sign(const Tensor& x) { return numeric_unary(kernels::sign, x); }

Tensor& operator+=(Tensor& a, const Tensor& b) {
  in_place(kernels::add, '+', OperandTypes::all, a, b);
  return a;
}

Tensor& operator-=(Tensor& a, const Tensor& b) {
  in_place(kernels::sub, '-', OperandTypes::numeric, a, b);
  return a;
}

Tensor& operator*=(Tensor& a, const Tensor& b) {
  in_place(kernels::mul, '*', OperandTypes::all, a, b);
  return a;
}

Tensor& operator/=(Tensor& a, const Tensor& b) {
  in_place(kernels::div, '/', OperandTypes::to_floating, a, b);
  return a;
}

}  // namespace tinytorch
