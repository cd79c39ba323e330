#pragma once

#include "core/tensor.h"

// Internal: what the ops on two operands do before they call a kernel.
namespace tinytorch {

/// The element type that an op on a and b works in; a C++ number yields to a tensor of its kind.
DType common_dtype(const Tensor& a, const Tensor& b);

/// Whether a tensor of shape `from` broadcasts to `to`.
bool broadcasts_to(const Shape& from, const Shape& to);

/// x expanded to `shape`, which it broadcasts to.
Tensor broadcast_to(const Tensor& x, const Shape& shape);

/// A tensor brought to the type and shape that a kernel wants: itself where it has them already.
class Operand {
 public:
  /// `x` outlives this, and broadcasts to `shape`.
  Operand(const Tensor& x, DType dtype, const Shape& shape);
  Operand(const Operand&) = delete;
  Operand& operator=(const Operand&) = delete;

  const Tensor& operator*() const { return *x_; }
  const Tensor* operator->() const { return x_; }

 private:
  Tensor made_;  // undefined where *x_ is what was given
  const Tensor* x_;
};

/// A new tensor for the result of an op on a and b: in the memory order of one of them.
Tensor empty_result(const Tensor& a, const Tensor& b, Options options);

}  // namespace tinytorch
