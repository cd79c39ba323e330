#include "core/ops/internal/loss.h"
#include "autograd/ops.h"
#include "autograd/rules/in_f64.h"
#include "autograd/tape.h"

namespace tinytorch {

namespace {

using kernels::LossForm, kernels::LossKind;
using V = const Variable&;

constexpr double kLeastLog = -100;
constexpr double kLeastVariance = 1e-12;

Variable clamped_log(V x) { return maximum(log(x), kLeastLog); }

/// 1 where the condition holds, else 0, as a constant.
Variable indicator(const Tensor& condition, V like) { return condition.to(like.dtype()); }

// The derivatives of the losses, in ops that have rules, for derivatives of higher order.

/// Of each loss with respect to the prediction x.
Variable slope(const LossForm& form, V x, V target) {
  switch (form.kind) {
    case LossKind::squared_error:
      return (x - target) * 2;
    case LossKind::absolute_error:
      return indicator(x > target, x) - indicator(x < target, x);
    case LossKind::huber:
      return clamp(x - target, -form.parameter, form.parameter) / form.divisor;
    case LossKind::binary_cross_entropy:
      return (x - target) / maximum(x * (1 - x), kLeastVariance);
    case LossKind::binary_cross_entropy_with_logits:
      return (1 - target) * sigmoid(x) - target * sigmoid(-x);
    case LossKind::divergence:
      return -target;
    case LossKind::divergence_of_logarithms:
      return -exp(target);
    case LossKind::hinge:
      return where(form.parameter - target * x <= 0, zeros_like(target), -target);
    case LossKind::hinge_embedding:
      break;
  }
  return indicator(target != -1, x) - indicator(logical_and(target != 1, x < form.parameter), x);
}

Variable prediction_gradient(const LossForm& form, V x, V target, V grad) {
  if (grad_enabled()) return grad * slope(form, x, target);
  return detail::loss_gradient(form, x.value(), target.value(), grad.value());
}

Variable target_gradient(const LossForm& form, V x, V target, V grad) {
  switch (form.kind) {
    case LossKind::binary_cross_entropy:
      return grad * (clamped_log(1 - x) - clamped_log(x));
    case LossKind::binary_cross_entropy_with_logits:
      return grad * -x;
    case LossKind::divergence: {
      const Tensor zero = target == 0;
      const Variable probability = where(zero, Variable(1.0), target);
      return grad * where(zero, zeros_like(target), log(probability) - x + 1);
    }
    case LossKind::divergence_of_logarithms:
      return grad * (exp(target) * (target - x + 1));
    case LossKind::hinge:
      return grad * where(form.parameter - target * x <= 0, zeros_like(x), -x);
    default:
      return prediction_gradient(form, x, target, -grad);  // of the distances
  }
}

const char* name_of(LossKind kind) {
  constexpr const char* kNames[] = {
      "mse_loss", "l1_loss", "huber_loss", "binary_cross_entropy", "binary_cross_entropy_with_logits",
      "kl_div",   "kl_div",  "hinge_loss", "hinge_embedding_loss"};
  return kNames[static_cast<std::size_t>(kind)];
}

}  // namespace

namespace detail {

// One node in the graph: in small models the loss would otherwise be half of backward().
template <>
Variable combined_losses(const LossForm& form, const LossSum& sum, const Variable& prediction,
                         const Variable& target, const Tensor& weight) {
  return record(name_of(form.kind), combined_losses(form, sum, prediction.value(), target.value(), weight),
                {prediction, target},
                [=, x = Saved(prediction), t = Saved(target), weight = Saved(weight)](
                    const RuleArguments& at, InputGradient dx, InputGradient dt) {
                  Variable grad = sum.each || sum.n == 1 ? at.grad : at.grad / sum.n;
                  if (weight->defined()) grad = grad * *weight;
                  return Gradients(dx([&] { return prediction_gradient(form, *x, *t, grad); }),
                                   dt([&] { return target_gradient(form, *x, *t, grad); }));
                });
}

}  // namespace detail

Variable mse_loss(const Variable& prediction, const Variable& target, LossOptions options, const char* op) {
  const OpScope scope(op);
  return detail::loss(op, {LossKind::squared_error}, prediction, target, options.reduction);
}

Variable binary_cross_entropy(const Variable& probability, const Variable& target,
                              const BinaryCrossEntropyOptions& options, const char* op) {
  const OpScope scope(op);
  return detail::weighted_loss(op, {LossKind::binary_cross_entropy}, probability, target, options.weight,
                               options.reduction);
}

TINYTORCH_INSTANTIATE_LOSS(Variable)

}  // namespace tinytorch
