#pragma once

#include "core/ops/creation.h"
#include "core/ops/elementwise_kernels.h"
#include "core/ops/internal/check.h"
#include "core/ops/internal/operands.h"
#include "core/tensor.h"

// Internal: checks the operands of elementwise functions, allocates the result and calls the kernel.
namespace tinytorch {

/// @throws DTypeError  x is bool
Tensor numeric_unary(const kernels::UnaryKernel& kernel, const Tensor& x);
/// @throws DTypeError  x is not floating
Tensor floating_unary(const kernels::UnaryKernel& kernel, const Tensor& x);
/// @throws DTypeError  x is not floating
Tensor floating_unary(const kernels::UnaryKernelWithParameter& kernel, const Tensor& x, double parameter);
/// A property of each element, as bool. Calls the kernel for a floating x; all elements of integers and bools
/// have the property or not, as `of_integers` says.
Tensor floating_test(const kernels::UnaryKernel& kernel, const Tensor& x, bool of_integers);

/// The operands that a binary op takes: all; all but two bools; all but two bools, with integers converted to
/// f32; integers and bools; or integers and bools, but not two bools.
enum class OperandTypes { all, numeric, to_floating, integral, integer };

/// The dtype that the op computes in. @throws DTypeError  two bools or a floating dtype that it does not take
DType working_dtype(const kernels::BinaryKernel& kernel, OperandTypes types, const Tensor& a,
                    const Tensor& b);

/// @throws DTypeError, ShapeError, DeviceError
Tensor binary(const kernels::BinaryKernel& kernel, OperandTypes types, const Tensor& a, const Tensor& b);

/// The operands of an elementwise function of three operands, promoted and broadcast.
class TernaryOperands {
 public:
  /// @param to_floating  integers and bools become f32
  /// @throws ValueError, DeviceError, ShapeError
  TernaryOperands(const char* op, const Operand& a, const Operand& b, const Operand& c, bool to_floating);

  DType dtype() const { return dtype_; }
  /// kernel(a, b, c, parameters...).
  template <class Slot, class... Parameters>
  Tensor map(const Slot& kernel, const Parameters&... parameters) const {
    Tensor y = empty_result(*a_, *b_, {.dtype = dtype_, .device = device_});
    if (y.numel() > 0) kernel(*a_, *b_, *c_, parameters..., y);
    y.set_weakly_typed(weakly_typed_);
    return y;
  }

 private:
  Device device_;
  DType dtype_;
  Shape shape_;
  bool weakly_typed_;
  BroadcastOperand a_, b_, c_;
};

/// What a kernels::GradientKernel computes: x and grad have one shape, floating dtype and device.
template <class Slot, class... Parameters>
Tensor elementwise_gradient(const Slot& kernel, const Tensor& x, const Tensor& grad,
                            const Parameters&... parameters) {
  Tensor dx = empty_like(x);
  if (dx.numel() > 0) kernel(x, grad, parameters..., dx);
  return dx;
}

}  // namespace tinytorch
