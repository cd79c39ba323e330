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
/// Dtypes promote; integers wrap around. The bits of the result do not depend on the number of threads.
///
/// f32 products are added in blocks: a sum of n equal terms has a relative error below 1e-6 if n is more than
/// 2048, or if an operand is a vector or has one row or column. Other products run in oneDNN on the CPU,
/// except tiny ones, with an error below n * 1.6e-8 and 4.2e-6, and in cuBLAS on CUDA, which may add one
/// after another, with an error of up to n * 1.6e-8. (With TINYTORCH_TF32=1 all run in cuBLAS.)
/// @throws ShapeError   the inner lengths differ, the leading axes do not broadcast, or an operand has shape
///                      []
/// @throws DTypeError   the dtypes promote to bool or u8
/// @throws DeviceError  the operands are on different devices
/// @throws ValueError   an operand is undefined
Tensor matmul(const Tensor& a, const Tensor& b);

/// The activation that linear() applies.
enum class Activation { none, relu };

/// A dense layer: x weightᵀ + bias, followed by the activation in the same pass over memory. Products are
/// added as in matmul(). On CUDA, f32 of up to 2048 inputs and of more than one row and column is one call of
/// cuBLASLt, whose relu may not keep NaN.
/// @param x       [..., in]
/// @param weight  [out, in]
/// @param bias    [out]
/// @return        [..., out]
/// @throws ShapeError  the shapes do not fit each other
/// @throws DTypeError, DeviceError, ValueError  as matmul()
Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias,
              Activation activation = Activation::none);

}  // namespace tinytorch
