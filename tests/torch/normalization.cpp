#include "core/ops/normalization.h"

#include "core/ops/copy.h"
#include "tests/torch/calls.h"

namespace tinytorch::torch_cases {
namespace {

/// Input i; an undefined Variable if the case has fewer inputs.
Variable optional_input(const Arguments& x, std::size_t i) { return i < x.size() ? x[i] : Variable(); }

/// The sizes of the last axes of x; the attribute `axes` is their number.
Shape normalized_shape(const Arguments& x) {
  const Shape& shape = x[0].shape();
  return Shape(std::span(shape.end() - x.integer("axes"), shape.end()));
}

std::vector<Variable> layer_norm_call(const Arguments& x) {
  return {layer_norm(x[0], normalized_shape(x), optional_input(x, 1), optional_input(x, 2))};
}

std::vector<Variable> rms_norm_call(const Arguments& x) {
  return {rms_norm(x[0], normalized_shape(x), optional_input(x, 1))};
}

std::vector<Variable> batch_norm_call(const Arguments& x) {
  return {batch_norm(x[0], clone(x[1].value()), clone(x[2].value()), optional_input(x, 3),
                     optional_input(x, 4), {.training = x.flag("training")})};
}

/// The running statistics after a training step.
std::vector<Variable> batch_norm_running_call(const Arguments& x) {
  const Tensor mean = clone(x[1].value()), variance = clone(x[2].value());
  static_cast<void>(batch_norm(x[0], mean, variance, {}, {}, {.training = true, .momentum = 0.25}));
  return {mean, variance};
}

std::vector<Variable> group_norm_call(const Arguments& x) {
  return {group_norm(x[0], x.integer("groups"), optional_input(x, 1), optional_input(x, 2))};
}

std::vector<Variable> instance_norm_call(const Arguments& x) {
  return {instance_norm(x[0], optional_input(x, 1), optional_input(x, 2))};
}

}  // namespace

Calls normalization_calls() {
  return {
      {"layer_norm", layer_norm_call},
      {"rms_norm", rms_norm_call},
      {"batch_norm", batch_norm_call},
      {"batch_norm_plain", batch_norm_call},
      {"batch_norm_running", batch_norm_running_call},
      {"group_norm", group_norm_call},
      {"instance_norm", instance_norm_call},
  };
}

}  // namespace tinytorch::torch_cases
