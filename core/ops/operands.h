#pragma once

#include "core/tensor.h"

// Internal: what the ops on two operands do before they call a kernel.
namespace tinytorch {

/// Two operands made alike: one element type, one shape (broadcast views).
struct Operands {
  Tensor a;
  Tensor b;
  Device device;
};

/// The element type that an op on a and b works in; a C++ number yields to a tensor of its kind.
DType common_dtype(const Tensor& a, const Tensor& b);

/// Brings a and b to `dtype` and a common shape.
/// @throws ShapeError, DeviceError, ValueError (undefined)
Operands make_operands(const char* op, const Tensor& a, const Tensor& b, DType dtype);

/// x expanded to `shape`, which it broadcasts to.
Tensor broadcast_to(const Tensor& x, const Shape& shape);

/// A new tensor for the result: in the memory order of an operand that has its shape.
Tensor empty_result(const Operands& operands, DType dtype);

}  // namespace tinytorch
