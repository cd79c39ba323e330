#include "core/ops/optimizer.h"
#include "core/ops/optimizer_kernels.h"

#include <algorithm>

#include "core/internal/snapshot.h"
#include "core/ops/internal/check.h"

namespace tinytorch {

namespace {

/// Checks that `other` has the shape, dtype and device of the parameter, and is contiguous.
void check_matches(const char* op, const Tensor& parameter, const char* name, const Tensor& other) {
  if (other.shape() != parameter.shape()) {
    fail<ShapeError>(op, "a parameter is {}, but its {} {}; they must have one shape", parameter.shape(),
                     name, other.shape());
  }
  if (other.dtype() != parameter.dtype()) {
    fail<DTypeError>(op, "a parameter is {}, but its {} {}; convert one with .to(dtype)", parameter.dtype(),
                     name, other.dtype());
  }
  if (other.device() != parameter.device()) {
    fail<DeviceError>(op, "a parameter is on {}, but its {} on {}; move one with .to(device)",
                      parameter.device(), name, other.device());
  }
  if (!other.is_contiguous())
    fail<ValueError>(op, "the {} of a parameter {} is not contiguous; take contiguous() of it", name,
                     other.shape());
}

void check_update(const char* op, const ParameterUpdate& update, Device device, int moments) {
  require_floating(op, update.parameter, "a parameter");
  if (update.device() != device) {
    fail<DeviceError>(op, "one parameter is on {}, another on {}; update those of each device apart", device,
                      update.device());
  }
  if (!update.parameter.is_contiguous()) {
    fail<ValueError>(op, "a parameter {} is not contiguous; take contiguous() of it",
                     update.parameter.shape());
  }
  require_defined(op, update.gradient, "a gradient");
  check_matches(op, update.parameter, "gradient", update.gradient);
  int index = 0;
  for (const Tensor* moment : {&update.first, &update.second, &update.third}) {
    if (++index <= moments) require_defined(op, *moment, "a moment");
    if (moment->defined()) check_matches(op, update.parameter, "moment", *moment);
  }
}

bool has_both_dtypes(std::span<const ParameterUpdate> updates) {
  return std::any_of(updates.begin(), updates.end(), [&](const ParameterUpdate& update) {
    return update.parameter.dtype() != updates.front().parameter.dtype();
  });
}

/// @param moments  the number of moments that the step requires
template <class Slot, class Step>
void run(const Slot& slot, const Step& step, std::span<ParameterUpdate> updates, int moments) {
  if (updates.empty()) return;
  const OpScope scope(slot.name());
  for (const ParameterUpdate& update : updates)
    check_update(slot.name(), update, updates.front().device(), moments);
  // f32 parameters are put back if the kernel fails in the f64 ones, see optimizer_kernels.h.
  Snapshot snapshot;
  if (has_both_dtypes(updates)) {
    for (const ParameterUpdate& update : updates) {
      for (const Tensor* x : {&update.parameter, &update.first, &update.second, &update.third}) {
        if (x->defined() && x->dtype() == DType::f32) snapshot.add(*x);
      }
    }
  }
  slot(step, updates);
  snapshot.commit();
  for (ParameterUpdate& update : updates) update.parameter.storage()->bump_version();
}

}  // namespace

void sgd_step(const SgdStep& step, std::span<ParameterUpdate> updates) {
  run(kernels::sgd_step, step, updates, step.momentum != 0 ? 1 : 0);
}
void adam_step(const AdamStep& step, std::span<ParameterUpdate> updates) {
  run(kernels::adam_step, step, updates, 2);
}
void rmsprop_step(const RmspropStep& step, std::span<ParameterUpdate> updates) {
  run(kernels::rmsprop_step, step, updates, 1);
}
void adagrad_step(const AdagradStep& step, std::span<ParameterUpdate> updates) {
  run(kernels::adagrad_step, step, updates, 1);
}
void lion_step(const LionStep& step, std::span<ParameterUpdate> updates) {
  run(kernels::lion_step, step, updates, 1);
}

}  // namespace tinytorch
