#pragma once

#include "core/kernel.h"
#include "core/tensor.h"

namespace tinytorch {

/// Matrix product, as NumPy's and PyTorch's matmul: [..., m, k] with [..., k, n] gives [..., m, n], leading
/// axes broadcast; a vector on the left is a row, on the right a column, and that axis is left out of the
/// result. Numeric types promote; integers wrap around. f32 products above tiny sizes run in oneDNN (CPU),
/// whose order of addition, and so last bits, may depend on the number of threads.
/// @throws ShapeError   inner lengths or batch axes do not fit; an operand has no axes
/// @throws DTypeError   bool or u8
/// @throws DeviceError  different devices
Tensor matmul(const Tensor& a, const Tensor& b);

/// What follows a linear map, elementwise, in the same pass over memory.
enum class Activation { none, relu };

/// f(x wᵀ + b), a dense layer: x [..., in], weight [out, in] and bias [out] give [..., out]. f32 on CUDA is
/// one call of cuBLASLt, which does not promise that its relu keeps NaN.
/// @throws ShapeError  the lengths do not fit; else as matmul()
/// @throws DTypeError  an activation of integers; else as matmul()
Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias,
              Activation activation = Activation::none);

}  // namespace tinytorch
