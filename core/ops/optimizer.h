#pragma once

#include <span>

#include "core/tensor.h"

/// The update steps of the optimizers, in each call for many parameters. The optimizers themselves, which
/// keep the moments, are in nn/optim. In the formulas, p is a parameter and g its gradient.
///
/// ```cpp
/// Tensor parameter{1.0, 2.0};
/// std::vector<ParameterUpdate> updates{{.parameter = parameter, .gradient = Tensor{0.5, -0.5}}};
/// sgd_step({.learning_rate = 0.1, .momentum = 0, .weight_decay = 0, .nesterov = false}, updates);
/// // parameter is [0.95, 2.05]
/// ```
namespace tinytorch {

/// One parameter in an update. All tensors are contiguous, and have the same shape, floating dtype and
/// device.
struct ParameterUpdate {
  Tensor parameter;
  Tensor gradient;
  Tensor first = {};   ///< the first moment; undefined if the optimizer does not keep it
  Tensor second = {};  ///< the second moment; undefined if the optimizer does not keep it
  Tensor third = {};   ///< the third moment; undefined if the optimizer does not keep it

  Device device() const { return parameter.device(); }
};

/// Stochastic gradient descent:
///     g += weight_decay * p
///     if momentum is not 0:
///         first = momentum * first + (1 - dampening) * g,  g = nesterov ? g + momentum * first : first
///     p -= learning_rate * g
struct SgdStep {
  double learning_rate;
  double momentum;
  double weight_decay;
  bool nesterov;
  double dampening = 0;
};

/// Adam (Kingma and Ba 2015, algorithm 1); with `decoupled`, AdamW (Loshchilov and Hutter 2019, algorithm 2):
///     decoupled ? p -= learning_rate * weight_decay * p : g += weight_decay * p
///     first = beta1 * first + (1 - beta1) * g,  second = beta2 * second + (1 - beta2) * g²
///     if third is kept:  third = max(third, second),  v = third;  otherwise v = second
///     p -= learning_rate * (first / correction1) / (sqrt(v / correction2) + epsilon)
/// The third moment is kept for AMSGrad (Reddi et al. 2018, algorithm 2).
struct AdamStep {
  double learning_rate;
  double beta1;
  double beta2;
  double epsilon;
  double weight_decay;
  bool decoupled;
  double correction1;  ///< 1 - beta1^t
  double correction2;  ///< 1 - beta2^t
};

/// RMSprop (Tieleman and Hinton 2012, lecture 6.5), as in PyTorch. The third moment is kept for the centered
/// form (Graves 2013, eq. 38-45), and the second for momentum:
///     g += weight_decay * p
///     first = alpha * first + (1 - alpha) * g²
///     if third is kept:  third = alpha * third + (1 - alpha) * g,  v = first - third²;  otherwise v = first
///     r = g / (sqrt(v) + epsilon)
///     if second is kept:  second = momentum * second + r,  r = second
///     p -= learning_rate * r
struct RmspropStep {
  double learning_rate;
  double alpha;
  double epsilon;
  double weight_decay;
  double momentum;
};

/// Adagrad (Duchi, Hazan and Singer 2011):
///     g += weight_decay * p
///     first += g²
///     p -= learning_rate * g / (sqrt(first + initial) + epsilon)
struct AdagradStep {
  double learning_rate;
  double epsilon;
  double weight_decay;
  double initial;  ///< the initial value of the sum of squares
};

/// Lion (Chen et al. 2023, algorithm 2):
///     p -= learning_rate * (sign(beta1 * first + (1 - beta1) * g) + weight_decay * p)
///     first = beta2 * first + (1 - beta2) * g
struct LionStep {
  double learning_rate;
  double beta1;
  double beta2;
  double weight_decay;
};

/// Updates the parameters and moments in place. All updates are on one device; there may be none. If an
/// update throws, nothing is changed.
/// @throws ShapeError   the tensors of an update differ in shape
/// @throws DTypeError   the tensors of an update differ in dtype, or are not floating
/// @throws DeviceError  the updates are not on one device
/// @throws ValueError   a tensor is not contiguous, or a tensor that the step needs is undefined
void sgd_step(const SgdStep& step, std::span<ParameterUpdate> updates);
void adam_step(const AdamStep& step, std::span<ParameterUpdate> updates);
void rmsprop_step(const RmspropStep& step, std::span<ParameterUpdate> updates);
void adagrad_step(const AdagradStep& step, std::span<ParameterUpdate> updates);
void lion_step(const LionStep& step, std::span<ParameterUpdate> updates);

}  // namespace tinytorch
