#include "core/ops/optimizer.h"

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
constexpr AdamStep with_decoupling(AdamStep step) {
  step.decoupled = true;
  return step;
}

/// What a step makes of one element.
struct Updated {
  double parameter;
  double first;
  double second;
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

Tensor owned(const Tensor& x) { return clone(contiguous(x)); }

std::vector<std::vector<Shape>> shapes(std::size_t operands) {
  std::vector<std::vector<Shape>> result;
  for (const Shape& shape : {Shape{}, Shape{0}, Shape{7}, Shape{3, 5}, Shape{10007}}) {
    result.emplace_back(operands, shape);
  }
  return result;
}

/// A row for each tensor that a step changes, since an op gives one.
enum class Part { parameter, first, second };

double part_of(const Updated& updated, Part part) {
  return part == Part::parameter ? updated.parameter : part == Part::first ? updated.first : updated.second;
}
Tensor part_of(const ParameterUpdate& update, Part part) {
  return part == Part::parameter ? update.parameter : part == Part::first ? update.first : update.second;
}

/// Two parameters in one call; the second is what the row looks at.
Tensor stepped(ParameterUpdate update, Part part, auto&& step) {
  ParameterUpdate other{owned(update.parameter), owned(update.gradient)};
  if (update.first.defined()) other.first = owned(update.first);
  if (update.second.defined()) other.second = owned(update.second);
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

}  // namespace

void optimizer_rows() {
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
