#pragma once

#include <span>

#include "core/kernel.h"
#include "core/tensor.h"

/// The update steps of the optimizers, each over all parameters of a group in one call.
namespace tinytorch {

/// One parameter in an update. All tensors are contiguous, of one shape, floating type and device; `first`
/// and `second` are the optimizer's moments of it, undefined where it keeps none.
struct ParameterUpdate {
  Tensor parameter;
  Tensor gradient;
  Tensor first = {};
  Tensor second = {};

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

/// Changes the parameters (and moments) in place. `updates` may be empty; all lie on one device.
void sgd_step(const SgdStep& step, std::span<ParameterUpdate> updates);
void adam_step(const AdamStep& step, std::span<ParameterUpdate> updates);

namespace kernels {
inline Kernel<void(const SgdStep& step, std::span<ParameterUpdate> updates)> sgd_step{"sgd_step"};
inline Kernel<void(const AdamStep& step, std::span<ParameterUpdate> updates)> adam_step{"adam_step"};
}  // namespace kernels

}  // namespace tinytorch
