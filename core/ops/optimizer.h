#pragma once

#include <span>

#include "core/tensor.h"

/// The update steps of the optimizers, each over all parameters of a group in one call. nn/optim has the
/// optimizers, which keep the moments.
///
/// ```cpp
/// Tensor parameter{1.0, 2.0};
/// std::vector<ParameterUpdate> updates{{.parameter = parameter, .gradient = Tensor{0.5, -0.5}}};
/// sgd_step({.learning_rate = 0.1, .momentum = 0, .weight_decay = 0, .nesterov = false}, updates);
/// // parameter is [0.95, 2.05]
/// ```
namespace tinytorch {

/// One parameter in an update. All tensors are contiguous, of one shape, floating dtype and device; `first`,
/// `second` and `third` are its moments, undefined where the optimizer keeps none.
struct ParameterUpdate {
  Tensor parameter;
  Tensor gradient;
  Tensor first = {};
  Tensor second = {};
  Tensor third = {};

  Device device() const { return parameter.device(); }
};

/// Stochastic gradient descent: g += weight_decay p; with momentum m = momentum m + g, and g = nesterov ? g +
/// momentum m : m; p -= learning_rate g. m is the first moment.
struct SgdStep {
  double learning_rate;
  double momentum;
  double weight_decay;
  bool nesterov;
};

/// Adam (Kingma and Ba 2015, algorithm 1); with `decoupled` AdamW (Loshchilov and Hutter 2019, algorithm 2).
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

/// RMSprop (Tieleman and Hinton 2012, lecture 6.5), as PyTorch's: g += weight_decay p; first = alpha first +
/// (1 - alpha) g^2; r = g / (sqrt(first) + epsilon). Where the third moment is kept, the mean of the
/// gradients (Graves 2013, eq. 38-45): third = alpha third + (1 - alpha) g, and r has sqrt(first - third^2).
/// Where the second is kept: second = momentum second + r, and r = second. p -= learning_rate r.
struct RmspropStep {
  double learning_rate;
  double alpha;
  double epsilon;
  double weight_decay;
  double momentum;
};

/// Adagrad (Duchi, Hazan and Singer 2011): g += weight_decay p; first += g^2; p -= learning_rate
/// g / (sqrt(first + initial) + epsilon).
struct AdagradStep {
  double learning_rate;
  double epsilon;
  double weight_decay;
  double initial;  ///< the initial value of the sum of squares
};

/// Lion (Chen et al. 2023, algorithm 2): p -= learning_rate (sign(beta1 first + (1 - beta1) g) + weight_decay
/// p); first = beta2 first + (1 - beta2) g.
struct LionStep {
  double learning_rate;
  double beta1;
  double beta2;
  double weight_decay;
};

/// Update the parameters and moments in place. `updates` may be empty; all are on one device. Where they
/// throw, nothing was changed.
/// @throws ShapeError, DTypeError, DeviceError  the tensors of an update differ in shape, dtype or device, or
///          a parameter is not floating
/// @throws ValueError  a tensor is not contiguous, or undefined
void sgd_step(const SgdStep& step, std::span<ParameterUpdate> updates);
void adam_step(const AdamStep& step, std::span<ParameterUpdate> updates);
void rmsprop_step(const RmspropStep& step, std::span<ParameterUpdate> updates);
void adagrad_step(const AdagradStep& step, std::span<ParameterUpdate> updates);
void lion_step(const LionStep& step, std::span<ParameterUpdate> updates);

}  // namespace tinytorch
