#include "core/ops/internal/loss.h"
#include "autograd/ops.h"
#include "autograd/rules/in_f64.h"
#include "autograd/tape.h"

namespace tinytorch {

namespace {

constexpr double kLeastLog = -100;
constexpr double kLeastVariance = 1e-12;

Variable clamped_log(const Variable& x) { return maximum(log(x), kLeastLog); }

/// The derivative of the reduced loss by each of n losses.
double derivative_of(Reduction reduction, std::int64_t n) {
  return reduction == Reduction::mean ? 1 / static_cast<double>(n) : 1.0;
}

}  // namespace

// One node in the graph instead of four: in small models the loss would otherwise be half of backward().
Variable mse_loss(const Variable& prediction, const Variable& target, LossOptions options, const char* op) {
  return record("mse_loss", mse_loss(prediction.value(), target.value(), options, op), {prediction, target},
                [p = Saved(prediction), t = Saved(target), reduction = options.reduction](
                    const RuleArguments& at, InputGradient dp, InputGradient dt) {
                  const double scale = 2 * derivative_of(reduction, p->numel());
                  Variable slope = (*p - detail::cast_like(*t, *p)) * (at.grad * scale);
                  return Gradients(dp([&] { return slope; }), dt([&] { return -slope; }));
                });
}

Variable binary_cross_entropy(const Variable& probability, const Variable& given,
                              const BinaryCrossEntropyOptions& options, const char* op) {
  Tensor loss = binary_cross_entropy(probability.value(), given.value(), options, op);
  const Variable target = detail::cast_like(given, probability);
  return record("binary_cross_entropy", std::move(loss), {probability, target},
                [p = Saved(probability), t = Saved(target), weight = Saved(options.weight),
                 reduction = options.reduction](const RuleArguments& at, InputGradient dp, InputGradient dt) {
                  Variable scale = at.grad * derivative_of(reduction, p->numel());
                  if (weight->defined())
                    scale = scale * weight->value().to({.dtype = p->dtype(), .device = p->device()});
                  return Gradients(
                      dp([&] { return scale * (*p - *t) / maximum(*p * (1 - *p), kLeastVariance); }),
                      dt([&] { return scale * (clamped_log(1 - *p) - clamped_log(*p)); }));
                });
}

TINYTORCH_INSTANTIATE_LOSS(Variable)

}  // namespace tinytorch
