#pragma once

#include "core/ops/arithmetic.h"
#include "core/ops/elementwise_kernels.h"

// Internal: the check, allocate, call of elementwise functions.
namespace tinytorch {

/// @throws DTypeError  x is bool
Tensor numeric_unary(const kernels::UnaryKernel& kernel, const Tensor& x);
/// @throws DTypeError  x is not floating
Tensor floating_unary(const kernels::UnaryKernel& kernel, const Tensor& x);
/// A kernel with a number of its own. @throws DTypeError  x is not floating
Tensor floating_unary(const kernels::UnaryKernelWith& kernel, const Tensor& x, double parameter);
/// Whether a floating x has some property; integers and bools have that of any other whole number.
Tensor floating_test(const kernels::UnaryKernel& kernel, const Tensor& x, bool of_integers);

/// What a binary op takes: anything, all but two bools, or that brought to a floating type.
enum class Operands { all, numbers, reals };

/// The type that the op computes in: of integers in f32 where it is an op on reals.
DType working_dtype(const kernels::BinaryKernel& kernel, Operands taken, const Tensor& a, const Tensor& b);

/// @throws DTypeError, ShapeError, DeviceError
Tensor binary(const kernels::BinaryKernel& kernel, Operands taken, const Tensor& a, const Tensor& b);

/// An elementwise gradient: x and grad of one shape, floating type and device.
Tensor gradient_binary(const kernels::BinaryKernel& kernel, const Tensor& x, const Tensor& grad);

}  // namespace tinytorch
