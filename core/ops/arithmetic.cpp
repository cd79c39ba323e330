#include "core/ops/arithmetic.h"

#include "core/ops/check.h"
#include "core/ops/copy.h"
#include "core/ops/creation.h"
#include "core/ops/operands.h"
#include "core/ops/unary.h"

namespace tinytorch {

namespace {

enum class Domain { all, numbers, reals };

/// The type an op computes in: of integers in f32 where it is an op on reals.
DType working_dtype(const kernels::BinaryKernel& kernel, Domain domain, const Tensor& a, const Tensor& b) {
  require_defined(kernel.name(), a);
  require_defined(kernel.name(), b);
  const DType dtype = common_dtype(a, b);
  if (domain != Domain::all && dtype == DType::boolean) {
    fail<DTypeError>(kernel.name(),
                     "takes numbers, but both operands are bool; convert one with .to(DType::i64)");
  }
  return domain == Domain::reals && !is_floating(dtype) ? DType::f32 : dtype;
}

Tensor binary(const kernels::BinaryKernel& kernel, Domain domain, const Tensor& a, const Tensor& b) {
  const DType dtype = working_dtype(kernel, domain, a, b);
  const Device device = common_device(kernel.name(), a, b);
  const Shape shape = broadcast_shapes(kernel.name(), a.shape(), b.shape());
  const Operand left(a, dtype, shape), right(b, dtype, shape);
  Tensor y = empty_result(*left, *right, {.dtype = dtype, .device = device});
  if (y.numel() > 0) kernel(*left, *right, y);
  y.set_number(a.is_number() && b.is_number());
  return y;
}

/// Whether writing `a` element by element could change what is still to be read of `b`.
bool reads_what_it_writes(const Tensor& a, const Tensor& b) {
  const bool same_view = a.offset() == b.offset() && a.shape() == b.shape() && a.strides() == b.strides();
  return a.storage() == b.storage() && !same_view;
}

void in_place(const kernels::BinaryKernel& kernel, Domain domain, Tensor& a, const Tensor& b) {
  const DType dtype = working_dtype(kernel, domain, a, b);
  require_writable(kernel.name(), a);
  if (dtype != a.dtype()) {
    fail<DTypeError>(kernel.name(), "in place on a {} tensor, but the result is {}; write a = a op b",
                     a.dtype(), dtype);
  }
  const Shape shape = broadcast_shapes(kernel.name(), a.shape(), b.shape());
  if (shape != a.shape()) {
    fail<ShapeError>(kernel.name(), "in place on shape {}, but with b of shape {} the result has shape {}",
                     a.shape(), b.shape(), shape);
  }
  common_device(kernel.name(), a, b);
  const Tensor source = reads_what_it_writes(a, b) ? clone(b) : b;
  if (a.numel() > 0) kernel(a, *Operand(source, dtype, shape), a);
  a.storage()->bump_version();
}

}  // namespace

Tensor add(const Tensor& a, const Tensor& b) { return binary(kernels::add, Domain::all, a, b); }
Tensor sub(const Tensor& a, const Tensor& b) { return binary(kernels::sub, Domain::numbers, a, b); }
Tensor mul(const Tensor& a, const Tensor& b) { return binary(kernels::mul, Domain::all, a, b); }
Tensor div(const Tensor& a, const Tensor& b) { return binary(kernels::div, Domain::reals, a, b); }
Tensor pow(const Tensor& a, const Tensor& b) { return binary(kernels::pow, Domain::numbers, a, b); }
Tensor maximum(const Tensor& a, const Tensor& b) { return binary(kernels::maximum, Domain::all, a, b); }
Tensor minimum(const Tensor& a, const Tensor& b) { return binary(kernels::minimum, Domain::all, a, b); }

Tensor neg(const Tensor& x) { return numeric_unary(kernels::neg, x); }
Tensor abs(const Tensor& x) { return numeric_unary(kernels::abs, x); }
Tensor sign(const Tensor& x) { return numeric_unary(kernels::sign, x); }

Tensor& operator+=(Tensor& a, const Tensor& b) {
  in_place(kernels::add, Domain::all, a, b);
  return a;
}

Tensor& operator-=(Tensor& a, const Tensor& b) {
  in_place(kernels::sub, Domain::numbers, a, b);
  return a;
}

Tensor& operator*=(Tensor& a, const Tensor& b) {
  in_place(kernels::mul, Domain::all, a, b);
  return a;
}

Tensor& operator/=(Tensor& a, const Tensor& b) {
  in_place(kernels::div, Domain::reals, a, b);
  return a;
}

}  // namespace tinytorch
