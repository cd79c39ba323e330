#include "core/ops/optimizer.h"
#include "core/ops/optimizer_kernels.h"

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

/// What a step makes of one element.
struct Updated {
  double parameter;
  double first;
  double second;
  double third = 0;
};

Updated sgd(const SgdStep& step, double p, double g, double m) {
  g += step.weight_decay * p;
  if (step.momentum == 0) return {p - step.learning_rate * g, m, 0};
  m = step.momentum * m + g;
  return {p - step.learning_rate * (step.nesterov ? g + step.momentum * m : m), m, 0};
}

Updated adam(const AdamStep& step, double p, double g, double m, double v) {
  if (!step.decoupled) g += step.weight_decay * p;
  m = step.beta1 * m + (1 - step.beta1) * g;
  v = step.beta2 * v + (1 - step.beta2) * g * g;
  const double decay = step.decoupled ? step.learning_rate * step.weight_decay * p : 0;
  const double move = m / step.correction1 / (std::sqrt(v / step.correction2) + step.epsilon);
  return {p - decay - step.learning_rate * move, m, v};
}

/// With all three moments: of the squares, the momentum and of the gradients.
Updated rmsprop(const RmspropStep& step, double p, double g, double s, double v, double m) {
  g += step.weight_decay * p;
  s = step.alpha * s + (1 - step.alpha) * g * g;
  m = step.alpha * m + (1 - step.alpha) * g;
  v = step.momentum * v + g / (std::sqrt(s - m * m) + step.epsilon);
  return {p - step.learning_rate * v, s, v, m};
}

/// With the squares alone.
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

Tensor owned(const Tensor& x) { return clone(contiguous(x)); }

std::vector<std::vector<Shape>> shapes(std::size_t operands) {
  std::vector<std::vector<Shape>> result;
  for (const Shape& shape : {Shape{}, Shape{0}, Shape{7}, Shape{3, 5}, Shape{10007}}) {
    result.emplace_back(operands, shape);
  }
  return result;
}

/// A row for each tensor that a step changes, since an op gives one.
enum class Part { parameter, first, second, third };

double part_of(const Updated& updated, Part part) {
  return std::array{updated.parameter, updated.first, updated.second,
                    updated.third}[static_cast<std::size_t>(part)];
}
Tensor part_of(const ParameterUpdate& update, Part part) {
  return std::array{update.parameter, update.first, update.second,
                    update.third}[static_cast<std::size_t>(part)];
}

/// Two parameters in one call; the second is what the row looks at.
Tensor stepped(ParameterUpdate update, Part part, auto&& step) {
  ParameterUpdate other{owned(update.parameter), owned(update.gradient)};
  if (update.first.defined()) other.first = owned(update.first);
  if (update.second.defined()) other.second = owned(update.second);
  if (update.third.defined()) other.third = owned(update.third);
  std::array updates{other, update};
  step(std::span<ParameterUpdate>(updates));
  return part_of(updates[1], part);
}

void sgd_row(const char* name, const SgdStep& step, Part part) {
  const Domain numbers = real(-2, 2);
  row(name)
      .inputs(numbers, numbers, numbers)
      .shapes_together(shapes(3))
      .covers(kernels::sgd_step)
      .unchecked()
      .reference([=](double p, double g, double m) { return part_of(sgd(step, p, g, m), part); })
      .gradient(not_differentiable)
      .calls([=](const Tensor& p, const Tensor& g, const Tensor& m) {
        ParameterUpdate update{owned(p), owned(g)};
        if (step.momentum != 0) update.first = owned(m);
        return stepped(update, part, [&](std::span<ParameterUpdate> updates) { sgd_step(step, updates); });
      });
}

void adam_row(const char* name, const AdamStep& step, Part part) {
  const Domain numbers = real(-2, 2), positive = real(0.01, 2);
  row(name)
      .inputs(numbers, numbers, numbers, positive)
      .shapes_together(shapes(4))
      .covers(kernels::adam_step)
      .unchecked()
      .reference(
          [=](double p, double g, double m, double v) { return part_of(adam(step, p, g, m, v), part); })
      .gradient(not_differentiable)
      .calls([=](const Tensor& p, const Tensor& g, const Tensor& m, const Tensor& v) {
        const ParameterUpdate update{owned(p), owned(g), owned(m), owned(v)};
        return stepped(update, part, [&](std::span<ParameterUpdate> updates) { adam_step(step, updates); });
      });
}

void rmsprop_row(const char* name, Part part) {
  const Domain numbers = real(-2, 2);
  row(name)
      .inputs(numbers, numbers, real(4, 6), numbers, real(-0.5, 0.5))
      .shapes_together(shapes(5))
      .covers(kernels::rmsprop_step)
      .unchecked()
      .reference([=](double p, double g, double s, double v, double m) {
        return part_of(rmsprop(kRmsprop, p, g, s, v, m), part);
      })
      .gradient(not_differentiable)
      .calls([=](const Tensor& p, const Tensor& g, const Tensor& s, const Tensor& v, const Tensor& m) {
        const ParameterUpdate update{owned(p), owned(g), owned(s), owned(v), owned(m)};
        return stepped(update, part,
                       [&](std::span<ParameterUpdate> updates) { rmsprop_step(kRmsprop, updates); });
      });
}

/// Of a step with one moment: `formula` gives the reference, `step` makes it.
void moment_row(const char* name, const KernelSlot& slot, Part part, const Domain& moment, auto formula,
                auto step) {
  const Domain numbers = real(-2, 2);
  row(name)
      .inputs(numbers, numbers, moment)
      .shapes_together(shapes(3))
      .covers(slot)
      .unchecked()
      .reference(formula)
      .gradient(not_differentiable)
      .calls([=](const Tensor& p, const Tensor& g, const Tensor& m) {
        return stepped(ParameterUpdate{owned(p), owned(g), owned(m)}, part, step);
      });
}

void rows_of_one_moment() {
  const auto rmsprop_call = [](std::span<ParameterUpdate> updates) { rmsprop_step(kRmsprop, updates); };
  const auto adagrad_call = [](std::span<ParameterUpdate> updates) { adagrad_step(kAdagrad, updates); };
  const auto lion_call = [](std::span<ParameterUpdate> updates) { lion_step(kLion, updates); };
  moment_row(
      "rmsprop", kernels::rmsprop_step, Part::parameter, real(0.01, 2),
      [](double p, double g, double s) { return plain_rmsprop(kRmsprop, p, g, s); }, rmsprop_call);
  moment_row(
      "adagrad", kernels::adagrad_step, Part::parameter, real(0, 2),
      [](double p, double g, double s) { return adagrad(kAdagrad, p, g, s).parameter; }, adagrad_call);
  moment_row(
      "adagrad_sum", kernels::adagrad_step, Part::first, real(0, 2),
      [](double p, double g, double s) { return adagrad(kAdagrad, p, g, s).first; }, adagrad_call);
  moment_row(
      "lion", kernels::lion_step, Part::parameter, real(-2, 2),
      [](double p, double g, double m) { return lion(kLion, p, g, m).parameter; }, lion_call);
  moment_row(
      "lion_momentum", kernels::lion_step, Part::first, real(-2, 2),
      [](double p, double g, double m) { return lion(kLion, p, g, m).first; }, lion_call);
}

}  // namespace

void optimizer_rows() {
  rmsprop_row("rmsprop_with_all", Part::parameter);
  rmsprop_row("rmsprop_squares", Part::first);
  rmsprop_row("rmsprop_momentum", Part::second);
  rmsprop_row("rmsprop_mean", Part::third);
  rows_of_one_moment();
  sgd_row("sgd", kPlain, Part::parameter);
  sgd_row("sgd_with_momentum", kMomentum, Part::parameter);
  sgd_row("sgd_momentum", kMomentum, Part::first);
  sgd_row("sgd_with_nesterov", kNesterov, Part::parameter);
  sgd_row("sgd_nesterov_momentum", kNesterov, Part::first);
  adam_row("adam", kAdam, Part::parameter);
  adam_row("adam_first_moment", kAdam, Part::first);
  adam_row("adam_second_moment", kAdam, Part::second);
  adam_row("adamw", with_decoupling(kAdam), Part::parameter);
  adam_row("adamw_first_moment", with_decoupling(kAdam), Part::first);
}

}  // namespace tinytorch::conformance
