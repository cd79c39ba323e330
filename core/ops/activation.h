#pragma once

#include "core/ops/arithmetic.h"

namespace tinytorch {

/// Rectified linear unit, max(x, 0), elementwise. NaN stays NaN.
/// @throws DTypeError  x is not floating
Tensor relu(const Tensor& x);

/// 1 / (1 + exp(-x)), elementwise; does not overflow.
/// @throws DTypeError  x is not floating
Tensor sigmoid(const Tensor& x);

/// exp(x) / sum(exp(x)) along an axis, shifted by the maximum so that it does not overflow. A slice of only
/// -inf, or with a NaN or +inf, gives NaN, as in PyTorch.
/// @throws DTypeError  x is not floating
/// @throws ShapeError  no such axis
Tensor softmax(const Tensor& x, int axis = -1);

/// log(softmax(x)) without the loss of small probabilities.
/// @throws DTypeError, ShapeError
Tensor log_softmax(const Tensor& x, int axis = -1);

namespace kernels {
/// y = max(x, 0). Floating.
inline UnaryKernel relu{"relu"};
/// y = 1 / (1 + exp(-x)). Floating.
inline UnaryKernel sigmoid{"sigmoid"};

/// A slot of functions along one axis (0 ... rank-1). x has at least one axis and one element, any strides; y
/// is contiguous and has its shape and floating type.
using AlongAxisKernel = Kernel<void(const Tensor& x, const int& axis, Tensor& y)>;
inline AlongAxisKernel softmax{"softmax"};
inline AlongAxisKernel log_softmax{"log_softmax"};
}  // namespace kernels

}  // namespace tinytorch
