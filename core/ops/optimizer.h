#pragma once

#include <span>

#include "core/kernel.h"
#include "core/tensor.h"

/// The update steps of the optimizers, each over all parameters of a group in one call.
namespace tinytorch {

/// One parameter in an update. All tensors are contiguous, of one shape, floating type and device; `first`,
/// `second` and `third` are the optimizer's moments of it, undefined where it keeps none.
struct ParameterUpdate {
  Tensor parameter;
  Tensor gradient;
  Tensor first = {};
  Tensor second = {};
  Tensor third = {};

  Device device() const { return parameter.device(); }
};

/// g += weight_decay p; with momentum: m = momentum m + g, g = nesterov ? g + momentum m : m; p -=
/// learning_rate g.
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

/// Adagrad (Duchi, Hazan and Singer 2011): g += weight_decay p; first += g^2;
/// p -= learning_rate g / (sqrt(first + initial) + epsilon).
struct AdagradStep {
  double learning_rate;
  double epsilon;
  double weight_decay;
  double initial;  ///< what the sum of squares begins with
};

/// Lion (Chen et al. 2023, algorithm 2): p -= learning_rate (sign(beta1 first + (1 - beta1) g) + weight_decay
/// p); first = beta2 first + (1 - beta2) g.
struct LionStep {
  double learning_rate;
  double beta1;
  double beta2;
  double weight_decay;
};

/// Changes the parameters (and moments) in place. `updates` may be empty; all lie on one device.
/// @throws ShapeError, DTypeError, DeviceError  tensors of an update do not fit each other
/// @throws ValueError  one is not contiguous, or undefined; nothing was changed
void sgd_step(const SgdStep& step, std::span<ParameterUpdate> updates);
void adam_step(const AdamStep& step, std::span<ParameterUpdate> updates);
void rmsprop_step(const RmspropStep& step, std::span<ParameterUpdate> updates);
void adagrad_step(const AdagradStep& step, std::span<ParameterUpdate> updates);
void lion_step(const LionStep& step, std::span<ParameterUpdate> updates);

}  // namespace tinytorch
