#pragma once

#include "core/tensor.h"

/// Activation functions. The result has x's shape, dtype and device.
///
/// ```cpp
/// const Tensor logits{{1.0, 2.0, 3.0}, {0.0, 0.0, 0.0}};
/// const Tensor probabilities = softmax(logits);  // each row sums to 1
/// const Tensor hidden = gelu(logits, GeluForm::tanh);
/// ```
///
/// @throws DTypeError  x is not floating
/// @throws ValueError  x is undefined
namespace tinytorch {

/// Rectified linear unit, max(x, 0), elementwise. NaN stays NaN.
Tensor relu(const Tensor& x);

/// Logistic function, 1 / (1 + exp(-x)), elementwise. Does not overflow.
Tensor sigmoid(const Tensor& x);

/// x where it is positive, else slope x, elementwise. At 0 the derivative is the slope, as in PyTorch.
Tensor leaky_relu(const Tensor& x, double slope = 0.01);

/// Exponential linear unit (Clevert et al. 2016): x where it is positive, else alpha (exp(x) - 1),
/// elementwise.
Tensor elu(const Tensor& x, double alpha = 1);

/// How gelu() computes the normal distribution: exactly, or by an approximation with tanh.
enum class GeluForm { erf, tanh };

/// Gaussian error linear unit (Hendrycks and Gimpel 2016): x times the probability that a standard normal
/// variable is below x, elementwise. That is x (1 + erf(x / sqrt 2)) / 2, or with tanh(sqrt(2 / pi) (x +
/// 0.044715 x³)) in place of the erf. NaN at -inf, as in PyTorch.
Tensor gelu(const Tensor& x, GeluForm form = GeluForm::erf);

/// Sigmoid linear unit, x sigmoid(x), elementwise; also called swish. NaN at -inf, as in PyTorch.
Tensor silu(const Tensor& x);

/// log(1 + exp(beta x)) / beta, elementwise. Exact for large x, too, where PyTorch returns x beyond a
/// threshold.
/// @throws ValueError  beta is not positive
Tensor softplus(const Tensor& x, double beta = 1);

/// x min(max(x + 3, 0), 6) / 6, elementwise (Howard et al. 2019).
Tensor hardswish(const Tensor& x);

/// exp(x) / sum(exp(x)) along an axis, shifted by the maximum so that it does not overflow. A slice of only
/// -inf, or with a NaN or +inf, gives NaN, as in PyTorch.
/// @throws ShapeError  no such axis
Tensor softmax(const Tensor& x, int axis = -1);

/// log(softmax(x)), accurate for small probabilities, too.
/// @throws ShapeError  no such axis
Tensor log_softmax(const Tensor& x, int axis = -1);

}  // namespace tinytorch
