#include "core/ops/optimizer.h"

namespace tinytorch {

namespace {

void bump_versions(std::span<ParameterUpdate> updates) {
  for (ParameterUpdate& update : updates) update.parameter.storage()->bump_version();
}

}  // namespace

void sgd_step(const SgdStep& step, std::span<ParameterUpdate> updates) {
  if (updates.empty()) return;
  kernels::sgd_step(step, updates);
  bump_versions(updates);
}

void adam_step(const AdamStep& step, std::span<ParameterUpdate> updates) {
  if (updates.empty()) return;
  kernels::adam_step(step, updates);
  bump_versions(updates);
}

}  // namespace tinytorch
