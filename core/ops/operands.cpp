#include "core/ops/operands.h"

#include "core/ops/check.h"
#include "core/ops/copy.h"
#include "core/ops/creation.h"

namespace tinytorch {

namespace {

/// bool, integer, real: what a number must not exceed to yield to a tensor.
int kind(DType dtype) { return dtype == DType::boolean ? 0 : is_integer(dtype) ? 1 : 2; }

DType yield(const Tensor& number, const Tensor& tensor) {
  if (kind(number.dtype()) <= kind(tensor.dtype())) return tensor.dtype();
  return is_floating(number.dtype()) ? DType::f32 : DType::i64;
}

Tensor with_dtype(const Tensor& x, DType dtype) { return x.dtype() == dtype ? x : x.to(dtype); }

}  // namespace

DType common_dtype(const Tensor& a, const Tensor& b) {
  if (a.dtype() == b.dtype()) return a.dtype();
  if (a.is_number() != b.is_number()) return a.is_number() ? yield(a, b) : yield(b, a);
  return promote(a.dtype(), b.dtype());
}

Tensor broadcast_to(const Tensor& x, const Shape& shape) {
  if (x.shape() == shape) return x;
  Strides strides = Dims::filled(shape.size(), 0);
  const int lead = shape.size() - x.rank();
  for (int i = 0; i < x.rank(); ++i) {
    if (x.shape()[i] == shape[lead + i]) strides[lead + i] = x.strides()[i];
  }
  return Tensor(x.storage(), x.dtype(), shape, strides, x.offset());
}

Operands make_operands(const char* op, const Tensor& a, const Tensor& b, DType dtype) {
  const Shape shape = broadcast_shapes(op, a.shape(), b.shape());
  return {broadcast_to(with_dtype(a, dtype), shape), broadcast_to(with_dtype(b, dtype), shape),
          common_device(op, a, b)};
}

Tensor empty_result(const Operands& operands, DType dtype) {
  const auto [a, b, device] = operands;
  const bool follow_b = !a.is_contiguous() && b.is_contiguous();
  return empty_like(follow_b ? b : a, {.dtype = dtype, .device = device});
}

}  // namespace tinytorch
