#include "core/ops/optimizer.h"
#include "core/ops/optimizer_kernels.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/ops/copy.h"
#include "tests/conformance/op_table.h"
#include "tests/conformance/rows.h"

namespace tinytorch::conformance {
namespace {

constexpr SgdStep kPlain{.learning_rate = 0.1, .momentum = 0, .weight_decay = 0.01, .nesterov = false};
constexpr SgdStep kMomentum{.learning_rate = 0.1, .momentum = 0.9, .weight_decay = 0.01, .nesterov = false};
constexpr SgdStep kNesterov{.learning_rate = 0.1, .momentum = 0.9, .weight_decay = 0.01, .nesterov = true};
constexpr SgdStep kDampened{
    .learning_rate = 0.1, .momentum = 0.9, .weight_decay = 0.01, .nesterov = false, .dampening = 0.75};
constexpr AdamStep kAdam{.learning_rate = 0.01,
                         .beta1 = 0.9,
                         .beta2 = 0.999,
                         .epsilon = 1e-8,
                         .weight_decay = 0.1,
                         .decoupled = false,
                         .correction1 = 1 - 0.9 * 0.9,
                         .correction2 = 1 - 0.999 * 0.999};
constexpr RmspropStep kRmsprop{
    .learning_rate = 0.01, .alpha = 0.9, .epsilon = 1e-8, .weight_decay = 0.1, .momentum = 0.5};
constexpr AdagradStep kAdagrad{.learning_rate = 0.1, .epsilon = 1e-10, .weight_decay = 0.1, .initial = 0.25};
constexpr LionStep kLion{.learning_rate = 0.1, .beta1 = 0.9, .beta2 = 0.99, .weight_decay = 0.1};
constexpr AdamStep with_decoupling(AdamStep step) {
  step.decoupled = true;
  return step;
}

/// One element of a parameter and of the optimizer's state, after a step.
struct Updated {
  double parameter;
  double first;
  double second;
  double third = 0;
};

Updated sgd(const SgdStep& step, double p, double g, double m) {
  g += step.weight_decay * p;
  if (step.momentum == 0) return {p - step.learning_rate * g, m, 0};
  m = step.momentum * m + (1 - step.dampening) * g;
  return {p - step.learning_rate * (step.nesterov ? g + step.momentum * m : m), m, 0};
}

/// With the largest second moment so far.
Updated amsgrad(const AdamStep& step, double p, double g, double m, double v, double largest) {
  if (!step.decoupled) g += step.weight_decay * p;
  m = step.beta1 * m + (1 - step.beta1) * g;
  v = step.beta2 * v + (1 - step.beta2) * g * g;
  largest = std::max(largest, v);
  const double decay = step.decoupled ? step.learning_rate * step.weight_decay * p : 0;
  const double update = m / step.correction1 / (std::sqrt(largest / step.correction2) + step.epsilon);
  return {p - decay - step.learning_rate * update, m, v, largest};
}

Updated adam(const AdamStep& step, double p, double g, double m, double v) {
  return amsgrad(step, p, g, m, v, 0);
}

/// With three states: the mean square, the momentum and the mean of the gradients.
Updated rmsprop(const RmspropStep& step, double p, double g, double s, double v, double m) {
  g += step.weight_decay * p;
  s = step.alpha * s + (1 - step.alpha) * g * g;
  m = step.alpha * m + (1 - step.alpha) * g;
  v = step.momentum * v + g / (std::sqrt(s - m * m) + step.epsilon);
  return {p - step.learning_rate * v, s, v, m};
}

/// With the mean square alone.
double plain_rmsprop(const RmspropStep& step, double p, double g, double s) {
  g += step.weight_decay * p;
  s = step.alpha * s + (1 - step.alpha) * g * g;
  return p - step.learning_rate * g / (std::sqrt(s) + step.epsilon);
}

Updated adagrad(const AdagradStep& step, double p, double g, double s) {
  g += step.weight_decay * p;
  s += g * g;
  return {p - step.learning_rate * g / (std::sqrt(s + step.initial) + step.epsilon), s, 0};
}

Updated lion(const LionStep& step, double p, double g, double m) {
  const double direction = step.beta1 * m + (1 - step.beta1) * g;
  const double sign = direction > 0 ? 1 : direction < 0 ? -1 : 0;
  return {p - step.learning_rate * (sign + step.weight_decay * p), step.beta2 * m + (1 - step.beta2) * g, 0};
}

Tensor copy_of(const Tensor& x) { return clone(contiguous(x)); }

std::vector<std::vector<Shape>> shapes(std::size_t operands) {
  std::vector<std::vector<Shape>> result;
  for (const Shape& shape : {Shape{}, Shape{0}, Shape{7}, Shape{3, 5}, Shape{10007}}) {
    result.emplace_back(operands, shape);
  }
  return result;
}

/// The tensor of a step that a row compares: there is one row for each.
enum class Field { parameter, first, second, third };

double field_of(const Updated& updated, Field field) {
  return std::array{updated.parameter, updated.first, updated.second,
                    updated.third}[static_cast<std::size_t>(field)];
}
Tensor field_of(const ParameterUpdate& update, Field field) {
  return std::array{update.parameter, update.first, update.second,
                    update.third}[static_cast<std::size_t>(field)];
}

/// Updates two parameters in one call. @return  a tensor of the second
Tensor after_step(ParameterUpdate update, Field field, auto&& step) {
  ParameterUpdate other{copy_of(update.parameter), copy_of(update.gradient)};
  if (update.first.defined()) other.first = copy_of(update.first);
  if (update.second.defined()) other.second = copy_of(update.second);
  if (update.third.defined()) other.third = copy_of(update.third);
  std::array updates{other, update};
  step(std::span<ParameterUpdate>(updates));
  return field_of(updates[1], field);
}

void sgd_row(const char* name, const SgdStep& step, Field field) {
  const Domain values = real(-2, 2);
  row(name)
      .inputs(values, values, values)
      .operand_shapes(shapes(3))
      .covers(kernels::sgd_step)
      .skip_dtype_errors()
      .reference([=](double p, double g, double m) { return field_of(sgd(step, p, g, m), field); })
      .gradient(not_differentiable)
      .calls([=](const Tensor& p, const Tensor& g, const Tensor& m) {
        ParameterUpdate update{copy_of(p), copy_of(g)};
        if (step.momentum != 0) update.first = copy_of(m);
        return after_step(update, field,
                          [&](std::span<ParameterUpdate> updates) { sgd_step(step, updates); });
      });
}

void adam_row(const char* name, const AdamStep& step, Field field) {
  const Domain values = real(-2, 2), positive = real(0.01, 2);
  row(name)
      .inputs(values, values, values, positive)
      .operand_shapes(shapes(4))
      .covers(kernels::adam_step)
      .skip_dtype_errors()
      .reference(
          [=](double p, double g, double m, double v) { return field_of(adam(step, p, g, m, v), field); })
      .gradient(not_differentiable)
      .calls([=](const Tensor& p, const Tensor& g, const Tensor& m, const Tensor& v) {
        const ParameterUpdate update{copy_of(p), copy_of(g), copy_of(m), copy_of(v)};
        return after_step(update, field,
                          [&](std::span<ParameterUpdate> updates) { adam_step(step, updates); });
      });
}

void amsgrad_row(const char* name, const AdamStep& step, Field field) {
  const Domain values = real(-2, 2), positive = real(0.01, 2);
  row(name)
      .inputs(values, values, values, positive, positive)
      .operand_shapes(shapes(5))
      .covers(kernels::adam_step)
      .skip_dtype_errors()
      .reference([=](double p, double g, double m, double v, double largest) {
        return field_of(amsgrad(step, p, g, m, v, largest), field);
      })
      .gradient(not_differentiable)
      .calls([=](const Tensor& p, const Tensor& g, const Tensor& m, const Tensor& v, const Tensor& largest) {
        const ParameterUpdate update{copy_of(p), copy_of(g), copy_of(m), copy_of(v), copy_of(largest)};
        return after_step(update, field,
                          [&](std::span<ParameterUpdate> updates) { adam_step(step, updates); });
      });
}

void rmsprop_row(const char* name, Field field) {
  const Domain values = real(-2, 2);
  row(name)
      .inputs(values, values, real(4, 6), values, real(-0.5, 0.5))
      .operand_shapes(shapes(5))
      .covers(kernels::rmsprop_step)
      .skip_dtype_errors()
      .reference([=](double p, double g, double s, double v, double m) {
        return field_of(rmsprop(kRmsprop, p, g, s, v, m), field);
      })
      .gradient(not_differentiable)
      .calls([=](const Tensor& p, const Tensor& g, const Tensor& s, const Tensor& v, const Tensor& m) {
        const ParameterUpdate update{copy_of(p), copy_of(g), copy_of(s), copy_of(v), copy_of(m)};
        return after_step(update, field,
                          [&](std::span<ParameterUpdate> updates) { rmsprop_step(kRmsprop, updates); });
      });
}

/// The row of a step with one state tensor. `formula` is the reference, `step` the call.
void state_row(const char* name, const KernelSlot& slot, Field field, const Domain& state, auto formula,
               auto step) {
  const Domain values = real(-2, 2);
  row(name)
      .inputs(values, values, state)
      .operand_shapes(shapes(3))
      .covers(slot)
      .skip_dtype_errors()
      .reference(formula)
      .gradient(not_differentiable)
      .calls([=](const Tensor& p, const Tensor& g, const Tensor& m) {
        return after_step(ParameterUpdate{copy_of(p), copy_of(g), copy_of(m)}, field, step);
      });
}

void rows_of_one_state() {
  const auto rmsprop_call = [](std::span<ParameterUpdate> updates) { rmsprop_step(kRmsprop, updates); };
  const auto adagrad_call = [](std::span<ParameterUpdate> updates) { adagrad_step(kAdagrad, updates); };
  const auto lion_call = [](std::span<ParameterUpdate> updates) { lion_step(kLion, updates); };
  state_row(
      "rmsprop", kernels::rmsprop_step, Field::parameter, real(0.01, 2),
      [](double p, double g, double s) { return plain_rmsprop(kRmsprop, p, g, s); }, rmsprop_call);
  state_row(
      "adagrad", kernels::adagrad_step, Field::parameter, real(0, 2),
      [](double p, double g, double s) { return adagrad(kAdagrad, p, g, s).parameter; }, adagrad_call);
  state_row(
      "adagrad_sum", kernels::adagrad_step, Field::first, real(0, 2),
      [](double p, double g, double s) { return adagrad(kAdagrad, p, g, s).first; }, adagrad_call);
  state_row(
      "lion", kernels::lion_step, Field::parameter, real(-2, 2),
      [](double p, double g, double m) { return lion(kLion, p, g, m).parameter; }, lion_call);
  state_row(
      "lion_momentum", kernels::lion_step, Field::first, real(-2, 2),
      [](double p, double g, double m) { return lion(kLion, p, g, m).first; }, lion_call);
}

}  // namespace

void optimizer_rows() {
  rmsprop_row("rmsprop_with_all", Field::parameter);
  rmsprop_row("rmsprop_squares", Field::first);
  rmsprop_row("rmsprop_momentum", Field::second);
  rmsprop_row("rmsprop_mean", Field::third);
  rows_of_one_state();
  sgd_row("sgd", kPlain, Field::parameter);
  sgd_row("sgd_with_momentum", kMomentum, Field::parameter);
  sgd_row("sgd_momentum", kMomentum, Field::first);
  sgd_row("sgd_with_nesterov", kNesterov, Field::parameter);
  sgd_row("sgd_nesterov_momentum", kNesterov, Field::first);
  sgd_row("sgd_with_dampening", kDampened, Field::parameter);
  sgd_row("sgd_dampened_momentum", kDampened, Field::first);
  adam_row("adam", kAdam, Field::parameter);
  adam_row("adam_first_moment", kAdam, Field::first);
  adam_row("adam_second_moment", kAdam, Field::second);
  amsgrad_row("adam_with_amsgrad", kAdam, Field::parameter);
  amsgrad_row("adam_second_moment_with_amsgrad", kAdam, Field::second);
  amsgrad_row("adam_largest_second_moment", kAdam, Field::third);
  amsgrad_row("adamw_with_amsgrad", with_decoupling(kAdam), Field::parameter);
  adam_row("adamw", with_decoupling(kAdam), Field::parameter);
  adam_row("adamw_first_moment", with_decoupling(kAdam), Field::first);
}

}  // namespace tinytorch::conformance
