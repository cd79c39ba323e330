#pragma once

#include "core/tensor.h"

// Internal: promotion and broadcasting of the operands of a kernel.
namespace tinytorch {

/// The dtype that a and b promote to; a weakly typed scalar yields to a tensor of its kind.
DType common_dtype(const Tensor& a, const Tensor& b);
DType common_dtype(const Tensor& a, const Tensor& b, const Tensor& c);

/// True where a tensor of shape `from` broadcasts to `to`.
bool broadcasts_to(const Shape& from, const Shape& to);

/// x expanded to `shape`, which it broadcasts to.
Tensor broadcast_to(const Tensor& x, const Shape& shape);

/// A tensor converted to the dtype and expanded to the shape that a kernel takes: the tensor itself where it
/// has them already.
class BroadcastOperand {
 public:
  /// `x` outlives this, and broadcasts to `shape`.
  BroadcastOperand(const Tensor& x, DType dtype, const Shape& shape);
  BroadcastOperand(const BroadcastOperand&) = delete;
  BroadcastOperand& operator=(const BroadcastOperand&) = delete;

  const Tensor& operator*() const { return *x_; }
  const Tensor* operator->() const { return x_; }

 private:
  Tensor converted_;  // undefined where x_ points to the constructor's x
  const Tensor* x_;
};

/// A new tensor for the result of an op on a and b, with the memory order of one of them.
Tensor empty_result(const Tensor& a, const Tensor& b, Options options);

}  // namespace tinytorch
