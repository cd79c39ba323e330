#pragma once

#include "core/ops/elementwise_kernels.h"
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

/// An elementwise gradient: x and grad of one shape, floating dtype and device.
Tensor gradient_binary(const kernels::BinaryKernel& kernel, const Tensor& x, const Tensor& grad);

}  // namespace tinytorch
