#pragma once

#include "core/kernel.h"
#include "core/ops/optimizer.h"
#include "core/tensor.h"

namespace tinytorch {

/// The parameter and the moments are read and written.
inline std::uint64_t argument_bytes(const ParameterUpdate& update) {
  std::uint64_t bytes = argument_bytes(update.gradient);
  for (const Tensor* x : {&update.parameter, &update.first, &update.second, &update.third})
    bytes += 2 * argument_bytes(*x);
  return bytes;
}

}  // namespace tinytorch

namespace tinytorch::kernels {

// The functions of the same names in core/ops/optimizer.h, for one or more checked updates on one device.
// They update the f32 parameters first, and all of one dtype or none.
inline Kernel<void(const SgdStep& step, std::span<ParameterUpdate> updates)> sgd_step{"sgd_step"};
inline Kernel<void(const AdamStep& step, std::span<ParameterUpdate> updates)> adam_step{"adam_step"};
inline Kernel<void(const RmspropStep& step, std::span<ParameterUpdate> updates)> rmsprop_step{"rmsprop_step"};
inline Kernel<void(const AdagradStep& step, std::span<ParameterUpdate> updates)> adagrad_step{"adagrad_step"};
inline Kernel<void(const LionStep& step, std::span<ParameterUpdate> updates)> lion_step{"lion_step"};

}  // namespace tinytorch::kernels
