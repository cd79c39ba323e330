#pragma once

#include "core/internal/format.h"
#include "core/tensor.h"

// Internal: the checks of operands that ops share.
namespace tinytorch {

// `name` is what an error calls the operand: the name of the parameter in the header.

/// @throws ValueError  x is undefined
inline void require_defined(const char* op, const Tensor& x, const char* name = "x") {
  if (!x.defined())
    fail<ValueError>(op, "{} is undefined (default-constructed); give it a value first", name);
}

/// @throws DTypeError  x is not f32 or f64
inline void require_floating(const char* op, const Tensor& x, const char* name = "x") {
  require_defined(op, x, name);
  if (!is_floating(x.dtype())) {
    fail<DTypeError>(op, "takes floating tensors, but {} is {}; convert it with .to(DType::f32)", name,
                     x.dtype());
  }
}

/// @throws DTypeError  x is bool
inline void require_numeric(const char* op, const Tensor& x, const char* name = "x") {
  require_defined(op, x, name);
  if (x.dtype() == DType::boolean) {
    fail<DTypeError>(op, "takes numbers, but {} is bool; convert it with .to(DType::i64) or use logical ops",
                     name);
  }
}

struct Operand {
  const char* name;
  const Tensor& tensor;
};

/// The device that an op on both runs on. A weakly typed scalar follows the other operand.
/// @throws DeviceError  they are on different devices
inline Device common_device(const char* op, const Operand& left, const Operand& right) {
  const Tensor &a = left.tensor, &b = right.tensor;
  if (a.device() == b.device() || b.is_weakly_typed()) return a.device();
  if (a.is_weakly_typed()) return b.device();
  fail<DeviceError>(op, "{} is on {}, {} on {}; move one with .to(device)", left.name, a.device(), right.name,
                    b.device());
}

inline Device common_device(const char* op, const Tensor& a, const Tensor& b) {
  return common_device(op, {"a", a}, {"b", b});
}

/// @throws ShapeError  elements of x share memory, so that it cannot be changed in place
inline void require_writable(const char* op, const Tensor& x) {
  if (x.numel() == 0) return;
  for (int i = 0; i < x.rank(); ++i) {
    if (x.strides()[i] == 0 && x.shape()[i] > 1) {
      fail<ShapeError>(
          op,
          "cannot change {} in place: axis {} is expanded, so its elements share memory; clone() it first",
          x.shape(), i);
    }
  }
}

}  // namespace tinytorch
