#include "core/ops/optimizer.h"

namespace tinytorch {

namespace {

template <class Slot, class Step>
void run(const Slot& slot, const Step& step, std::span<ParameterUpdate> updates) {
  if (updates.empty()) return;
  slot(step, updates);
  for (ParameterUpdate& update : updates) update.parameter.storage()->bump_version();
}

}  // namespace

void sgd_step(const SgdStep& step, std::span<ParameterUpdate> updates) {
  run(kernels::sgd_step, step, updates);
}
void adam_step(const AdamStep& step, std::span<ParameterUpdate> updates) {
  run(kernels::adam_step, step, updates);
}
void rmsprop_step(const RmspropStep& step, std::span<ParameterUpdate> updates) {
  run(kernels::rmsprop_step, step, updates);
}
void adagrad_step(const AdagradStep& step, std::span<ParameterUpdate> updates) {
  run(kernels::adagrad_step, step, updates);
}
void lion_step(const LionStep& step, std::span<ParameterUpdate> updates) {
  run(kernels::lion_step, step, updates);
}

}  // namespace tinytorch
