#pragma once

#include "core/tensor.h"

/// Products of matrices.
/// ```cpp
/// const Tensor a = randn({5, 2, 3}), b = randn({3, 4}), v = randn({3});
/// const Tensor products = matmul(a, b);                     // [5, 2, 4]
/// const Tensor rows = matmul(a, v);                         // [5, 2]
/// const Tensor dense = linear(a, randn({4, 3}), zeros({4}));  // [5, 2, 4]
/// ```
namespace tinytorch {

/// Matrix product, as NumPy's and PyTorch's matmul: [..., m, k] with [..., k, n] gives [..., m, n]. Leading
/// axes broadcast. A vector on the left is a row, on the right a column, and that axis is left out of the
/// result.
///
/// Numeric dtypes promote; integers wrap around. f32 products above tiny sizes run in oneDNN (CPU), whose
/// order of addition, and so last bits, may depend on the number of threads.
/// @throws ShapeError   inner lengths or batch axes do not fit; an operand has no axes
/// @throws DTypeError   bool or u8
/// @throws DeviceError  different devices
Tensor matmul(const Tensor& a, const Tensor& b);

/// The activation that linear() applies in the same pass over memory.
enum class Activation { none, relu };

/// A dense layer: f(x weightᵀ + bias). f32 on CUDA is one call of cuBLASLt, which does not promise that its
/// relu keeps NaN.
/// @param x       [..., in]
/// @param weight  [out, in]
/// @param bias    [out]
/// @return        [..., out]
/// @throws ShapeError  the lengths do not fit
/// @throws DTypeError, DeviceError  as matmul()
Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias,
              Activation activation = Activation::none);

}  // namespace tinytorch
