// Puts what module 10 wrote into the slots of the framework.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>

#include "core/ops/optimizer_kernels.h"
#include "modules/10_optimizers/optimizers.h"
#include "nn/hooks.h"

using namespace tinytorch;

namespace {

std::span<float> floats(const Tensor& x) {
  Tensor elements = x;  // shares the memory
  return {elements.data<float>(), static_cast<std::size_t>(x.numel())};
}

bool are_f32(std::span<ParameterUpdate> updates) {
  return std::all_of(updates.begin(), updates.end(),
                     [](const ParameterUpdate& each) { return each.parameter.dtype() == DType::f32; });
}

decltype(kernels::sgd_step)::Function other_sgd = nullptr;
void sgd(const SgdStep& step, std::span<ParameterUpdate> updates) {
  if (!are_f32(updates) || step.weight_decay != 0 || step.nesterov || step.dampening != 0)
    return other_sgd(step, updates);
  for (const ParameterUpdate& each : updates) {
    if (step.momentum == 0) {
      optimizers::sgd(floats(each.parameter), floats(each.gradient), step.learning_rate);
    } else {
      optimizers::momentum(floats(each.parameter), floats(each.gradient), floats(each.first),
                           step.learning_rate, step.momentum);
    }
  }
}

/// The number of the step, from its correction 1 - beta2^t; a large one where the correction is 1.
std::int64_t number_of(const AdamStep& step) {
  const double power = 1 - step.correction2;
  return power > 0 ? std::llround(std::log(power) / std::log(step.beta2)) : 1'000'000'000;
}

decltype(kernels::adam_step)::Function other_adam = nullptr;
void adam(const AdamStep& step, std::span<ParameterUpdate> updates) {
  const bool plain = std::none_of(updates.begin(), updates.end(),
                                  [](const ParameterUpdate& each) { return each.third.defined(); });
  if (!are_f32(updates) || !plain || (step.weight_decay != 0 && !step.decoupled))
    return other_adam(step, updates);
  const optimizers::AdamOptions options{.rate = step.learning_rate,
                                        .beta1 = step.beta1,
                                        .beta2 = step.beta2,
                                        .epsilon = step.epsilon,
                                        .decay = step.weight_decay};
  const auto update = step.weight_decay == 0 ? optimizers::adam : optimizers::adamw;
  for (const ParameterUpdate& each : updates) {
    update(floats(each.parameter), floats(each.gradient), floats(each.first), floats(each.second), options,
           number_of(step));
  }
}

}  // namespace

extern "C" void tinytorch_plugin() {
  other_sgd = kernels::sgd_step.replace(DeviceType::cpu, sgd);
  other_adam = kernels::adam_step.replace(DeviceType::cpu, adam);
  nn::hooks::cosine_rate.replace(optimizers::cosine_rate);
}
