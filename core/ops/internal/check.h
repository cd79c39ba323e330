#pragma once

#include "core/internal/format.h"
#include "core/tensor.h"

// Internal: the checks of operands that ops share.
namespace tinytorch {

/// @throws ValueError  x is undefined
inline void require_defined(const char* op, const Tensor& x) {
  if (!x.defined())
    fail<ValueError>(op, "the tensor is undefined (default-constructed); give it a value first");
}

/// @throws DTypeError  x is not f32 or f64
inline void require_floating(const char* op, const Tensor& x) {
  require_defined(op, x);
  if (!is_floating(x.dtype())) {
    fail<DTypeError>(op, "takes floating tensors, but x is {}; convert it with x.to(DType::f32)", x.dtype());
  }
}

/// @throws DTypeError  x is bool
inline void require_numeric(const char* op, const Tensor& x) {
  require_defined(op, x);
  if (x.dtype() == DType::boolean) {
    fail<DTypeError>(op, "takes numbers, but x is bool; convert it with x.to(DType::i64) or use logical ops");
  }
}

/// The device that an op on a and b runs on. A weakly typed scalar follows the other operand.
/// @throws DeviceError  a and b are on different devices
inline Device common_device(const char* op, const Tensor& a, const Tensor& b) {
  if (a.device() == b.device() || b.is_weakly_typed()) return a.device();
  if (a.is_weakly_typed()) return b.device();
  fail<DeviceError>(op, "a is on {}, b on {}; move one with .to(device)", a.device(), b.device());
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
