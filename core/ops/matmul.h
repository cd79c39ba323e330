#pragma once

#include "core/tensor.h"

/// Matrix products.
/// ```cpp
/// const Tensor a = randn({5, 2, 3}), b = randn({3, 4}), v = randn({3});
/// const Tensor products = matmul(a, b);                     // [5, 2, 4]
/// const Tensor rows = matmul(a, v);                         // [5, 2]
/// const Tensor dense = linear(a, randn({4, 3}), zeros({4}));  // [5, 2, 4]
/// ```
namespace tinytorch {

/// Matrix product, like NumPy's and PyTorch's matmul: [..., m, k] and [..., k, n] give [..., m, n]. The
/// leading axes broadcast. A vector [k] is a row if it is the left operand and a column if it is the right
/// one; the result does not have its axis.
///
/// Dtypes promote; integers wrap around. On the CPU, f32 products run in oneDNN, except tiny ones. There, the
/// order of additions may depend on the number of threads, and with it the last bits of the result.
/// @throws ShapeError   the inner lengths differ, the leading axes do not broadcast, or an operand has shape
///                      []
/// @throws DTypeError   the dtypes promote to bool or u8
/// @throws DeviceError  the operands are on different devices
/// @throws ValueError   an operand is undefined
Tensor matmul(const Tensor& a, const Tensor& b);

/// The activation that linear() applies.
enum class Activation { none, relu };

/// A dense layer: x weightᵀ + bias, followed by the activation in the same pass over memory. On CUDA, f32 is
/// one call of cuBLASLt, whose relu may not keep NaN.
/// @param x       [..., in]
/// @param weight  [out, in]
/// @param bias    [out]
/// @return        [..., out]
/// @throws ShapeError  the shapes do not fit each other
/// @throws DTypeError, DeviceError, ValueError  as matmul()
Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias,
              Activation activation = Activation::none);

}  // namespace tinytorch
