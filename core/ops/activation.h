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

/// Rectified linear unit, max(x, 0), elementwise. NaN stays NaN, and its gradient is 1, as in PyTorch.
Tensor relu(const Tensor& x);

/// relu() limited to 6, min(max(x, 0), 6), elementwise: hardtanh(x, 0, 6).
Tensor relu6(const Tensor& x);

/// Limits x to [low, high], elementwise. NaN stays NaN. Unlike clamp(), x gets no gradient where it equals a
/// bound, as in PyTorch.
/// @throws ValueError  low is not less than high
Tensor hardtanh(const Tensor& x, double low = -1, double high = 1);

/// Logistic function, 1 / (1 + exp(-x)), elementwise. Does not overflow.
Tensor sigmoid(const Tensor& x);

/// The logarithm of sigmoid(x), -log(1 + exp(-x)), elementwise. It neither overflows nor rounds small results
/// to 0.
Tensor logsigmoid(const Tensor& x);

/// Piecewise linear approximation of sigmoid (Courbariaux et al. 2015), min(max(x + 3, 0), 6) / 6,
/// elementwise.
Tensor hardsigmoid(const Tensor& x);

/// x / (1 + |x|), elementwise. NaN at infinities, as in PyTorch.
Tensor softsign(const Tensor& x);

/// Leaky rectified linear unit, elementwise: x if x > 0, otherwise slope * x. At 0 the derivative is the
/// slope, as in PyTorch.
Tensor leaky_relu(const Tensor& x, double slope = 0.01);

/// Exponential linear unit (Clevert et al. 2016), elementwise: x if x > 0, otherwise alpha * (exp(x) - 1).
Tensor elu(const Tensor& x, double alpha = 1);

/// Scaled exponential linear unit (Klambauer et al. 2017), elementwise: 1.0507... * elu(x, 1.6732...), whose
/// constants keep a mean of 0 and a variance of 1 from layer to layer.
Tensor selu(const Tensor& x);

/// How gelu() computes the normal distribution function: exactly by erf, or approximately by tanh.
enum class GeluForm { erf, tanh };

/// Gaussian error linear unit (Hendrycks and Gimpel 2016): x times the probability that a standard normal
/// variable is below x, elementwise. That is x * (1 + erf(x / sqrt(2))) / 2. GeluForm::tanh replaces the erf
/// by tanh(sqrt(2 / pi) * (x + 0.044715 * x³)). NaN at -inf, as in PyTorch.
Tensor gelu(const Tensor& x, GeluForm form = GeluForm::erf);

/// Sigmoid linear unit, x * sigmoid(x), elementwise; also called swish. NaN at -inf, as in PyTorch.
Tensor silu(const Tensor& x);

/// Mish (Misra 2019), x * tanh(log(1 + exp(x))), elementwise. NaN at -inf, as in PyTorch.
Tensor mish(const Tensor& x);

/// Softplus, log(1 + exp(beta * x)) / beta, elementwise. Exact for large x, too, where PyTorch returns x
/// beyond a threshold.
/// @throws ValueError  beta is not positive
Tensor softplus(const Tensor& x, double beta = 1);

/// Hard swish (Howard et al. 2019), x * min(max(x + 3, 0), 6) / 6, elementwise.
Tensor hardswish(const Tensor& x);

/// exp(x) / sum(exp(x)) along an axis, shifted by the maximum so that it does not overflow. As in PyTorch, a
/// slice gives NaN if it contains NaN or +inf, or only -inf.
/// @throws ShapeError  the axis is out of range
Tensor softmax(const Tensor& x, int axis = -1);

/// log(softmax(x)) along an axis, accurate for small probabilities, too.
/// @throws ShapeError  the axis is out of range
Tensor log_softmax(const Tensor& x, int axis = -1);

}  // namespace tinytorch
