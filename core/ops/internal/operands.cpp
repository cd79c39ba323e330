#include "core/ops/internal/operands.h"

#include <optional>

#include "core/ops/creation.h"
#include "core/ops/internal/check.h"

namespace tinytorch {

namespace {

/// bool, integer, floating: a scalar yields to a tensor of the same or a higher kind.
int kind(DType dtype) { return dtype == DType::boolean ? 0 : is_integer(dtype) ? 1 : 2; }

bool can_hold(DType dtype, std::int64_t value) {
  return dispatch<NumericTypes>(dtype,
                                [&]<class T>() { return convert<std::int64_t>(convert<T>(value)) == value; });
}

/// The dtype of a weakly typed scalar with tensors of a dtype. Reads the scalar.
DType weak_dtype(const Tensor& scalar, DType tensors) {
  const bool both_integers = scalar.dtype() == DType::i64 && is_integer(tensors);
  if (both_integers && !can_hold(tensors, scalar.item<std::int64_t>())) return DType::i64;
  if (kind(scalar.dtype()) <= kind(tensors)) return tensors;
  return is_floating(scalar.dtype()) ? DType::f32 : DType::i64;
}

}  // namespace

DType common_dtype(const Tensor& a, const Tensor& b) {
  if (a.dtype() == b.dtype()) return a.dtype();
  if (a.is_weakly_typed() != b.is_weakly_typed())
    return a.is_weakly_typed() ? weak_dtype(a, b.dtype()) : weak_dtype(b, a.dtype());
  return promote(a.dtype(), b.dtype());
}

DType common_dtype(const Tensor& a, const Tensor& b, const Tensor& c) {
  if (a.is_weakly_typed() && b.is_weakly_typed() && c.is_weakly_typed())
    return promote(promote(a.dtype(), b.dtype()), c.dtype());
  std::optional<DType> dtype;  // of the tensors; the scalars adopt it
  for (const Tensor* x : {&a, &b, &c}) {
    if (!x->is_weakly_typed()) dtype = promote(dtype.value_or(x->dtype()), x->dtype());
  }
  for (const Tensor* x : {&a, &b, &c}) {
    if (x->is_weakly_typed()) dtype = weak_dtype(*x, *dtype);
  }
  return *dtype;
}

bool broadcasts_to(const Shape& from, const Shape& to) {
  if (from.size() > to.size()) return false;
  const int lead = to.size() - from.size();
  for (int i = 0; i < from.size(); ++i) {
    if (from[i] != 1 && from[i] != to[lead + i]) return false;
  }
  return true;
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

BroadcastOperand::BroadcastOperand(const Tensor& x, DType dtype, const Shape& shape) : x_(&x) {
  if (x_->is_weakly_typed() && x_->device() != Device::cpu()) {
    converted_ = x_->to(Device::cpu());  // kernels for any device read a scalar in host memory
    x_ = &converted_;
  }
  if (x_->dtype() != dtype) {
    converted_ = x_->to(dtype);
    x_ = &converted_;
  }
  if (x_->shape() != shape) {
    converted_ = broadcast_to(*x_, shape);
    x_ = &converted_;
  }
}

Tensor empty_result(const Tensor& a, const Tensor& b, Options options) {
  return empty_like(!a.is_contiguous() && b.is_contiguous() ? b : a, options);
}

}  // namespace tinytorch
