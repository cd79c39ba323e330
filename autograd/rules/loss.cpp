#include "autograd/ops.h"
#include "autograd/tape.h"

namespace tinytorch {

namespace {

constexpr double kLeastLog = -100;
constexpr double kLeastVariance = 1e-12;

Variable clamped_log(const Variable& x) { return maximum(log(x), kLeastLog); }

/// How much of the gradient of the reduced loss each of `count` losses gets.
double share(Reduction reduction, std::int64_t count) {
  return reduction == Reduction::mean ? 1 / static_cast<double>(count) : 1.0;
}

}  // namespace

// One node on the tape instead of four: where models are small, the loss would else be half of backward().
Variable mse_loss(const Variable& prediction, const Variable& target, LossOptions options, const char* op) {
  return record(
      "mse_loss", mse_loss(prediction.value(), target.value(), options, op), {prediction, target},
      [p = Saved(prediction), t = Saved(target), reduction = options.reduction](const RuleArguments& at) {
        const double scale = 2 * share(reduction, p->numel());
        Variable slope = (*p - detail::in_type_of(*p, *t)) * (at.grad * scale);
        return Gradients(at.gradient(0, [&] { return slope; }), at.gradient(1, [&] { return -slope; }));
      });
}

Variable binary_cross_entropy(const Variable& probability, const Variable& given,
                              const BinaryCrossEntropyOptions& options, const char* op) {
  constexpr const char* kOp = "binary_cross_entropy";
  Tensor loss = binary_cross_entropy(probability.value(), given.value(), options, op);
  const Variable target = detail::in_type_of(probability, given);
  return record(kOp, std::move(loss), {probability, target},
                [p = Saved(probability), t = Saved(target), weight = Saved(options.weight),
                 reduction = options.reduction](const RuleArguments& at) {
                  Variable scale = at.grad * share(reduction, p->numel());
                  if (weight->defined())
                    scale = scale * weight->value().to({.dtype = p->dtype(), .device = p->device()});
                  const Variable variance = maximum(*p * (1 - *p), kLeastVariance);
                  return Gradients(
                      at.wants(0) ? scale * (*p - *t) / variance : Variable(),
                      at.wants(1) ? scale * (clamped_log(1 - *p) - clamped_log(*p)) : Variable());
                });
}

}  // namespace tinytorch
