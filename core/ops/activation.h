#pragma once

#include "core/ops/arithmetic.h"

namespace tinytorch {

/// Rectified linear unit, max(x, 0), elementwise. NaN stays NaN.
/// @throws DTypeError  x is not floating
Tensor relu(const Tensor& x);

/// 1 / (1 + exp(-x)), elementwise; does not overflow.
/// @throws DTypeError  x is not floating
Tensor sigmoid(const Tensor& x);

/// x where it is positive, else x times a slope, elementwise. At 0 its derivative is the slope, as in
/// PyTorch.
/// @throws DTypeError  x is not floating
Tensor leaky_relu(const Tensor& x, double slope = 0.01);

/// x where it is positive, else alpha (exp(x) - 1), elementwise (Clevert et al. 2016).
/// @throws DTypeError  x is not floating
Tensor elu(const Tensor& x, double alpha = 1);

/// How gelu() computes the probability.
enum class GeluForm { erf, tanh };

/// x times the probability that a standard normal number is below x, elementwise (Hendrycks and Gimpel 2016):
/// x (1 + erf(x / sqrt 2)) / 2, or by tanh(sqrt(2 / pi) (x + 0.044715 x³)) in place of that erf. NaN at -inf,
/// as in PyTorch.
/// @throws DTypeError  x is not floating
Tensor gelu(const Tensor& x, GeluForm form = GeluForm::erf);

/// x sigmoid(x), elementwise; also called swish. NaN at -inf, as in PyTorch.
/// @throws DTypeError  x is not floating
Tensor silu(const Tensor& x);

/// log(1 + exp(beta x)) / beta, elementwise. Exact for large x too, where PyTorch goes over to x from a
/// threshold on.
/// @throws DTypeError  x is not floating. ValueError  beta is not positive
Tensor softplus(const Tensor& x, double beta = 1);

/// x min(max(x + 3, 0), 6) / 6, elementwise (Howard et al. 2019).
/// @throws DTypeError  x is not floating
Tensor hardswish(const Tensor& x);

/// exp(x) / sum(exp(x)) along an axis, shifted by the maximum so that it does not overflow. A slice of only
/// -inf, or with a NaN or +inf, gives NaN, as in PyTorch.
/// @throws DTypeError  x is not floating
/// @throws ShapeError  no such axis
Tensor softmax(const Tensor& x, int axis = -1);

/// log(softmax(x)) without the loss of small probabilities.
/// @throws DTypeError, ShapeError
Tensor log_softmax(const Tensor& x, int axis = -1);

}  // namespace tinytorch
