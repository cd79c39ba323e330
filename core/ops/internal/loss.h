#pragma once

#include "core/op_scope.h"
#include "core/ops/activation.h"
#include "core/ops/comparison.h"
#include "core/ops/composite.h"
#include "core/ops/internal/statistics.h"
#include "core/ops/loss.h"
#include "core/ops/loss_kernels.h"
#include "core/ops/math.h"

// Internal: the definitions of the losses that are templates. core/ops/loss.cpp instantiates them for
// Tensor, autograd/rules/loss.cpp for Variable.
namespace tinytorch {

namespace detail {

/// @throws ShapeError, DTypeError, DeviceError, ValueError  as every loss does
void check_loss_operands(const char* op, const Tensor& prediction, const Tensor& target);
/// @throws ValueError  it is not positive (or, where zero is allowed, negative), or not finite
void check_threshold(const char* op, const char* name, double value, bool zero_allowed);
/// The weight in the prediction's dtype; undefined if it is.
/// @throws ShapeError  it does not broadcast to the prediction
Tensor checked_weight(const char* op, const char* name, const Tensor& weight, const Tensor& prediction);
/// @throws ShapeError  x1 and x2 differ, or the target's shape is not x1's without the last axis
void check_cosine_operands(const char* op, const Tensor& x1, const Tensor& x2, const Tensor& target);

/// The target in the prediction's dtype.
template <TensorLike T>
T cast_like(const T& target, const T& prediction) {
  return target.dtype() == prediction.dtype() || !is_floating(prediction.dtype())
             ? target
             : target.to(prediction.dtype());
}

/// How losses are combined: not at all (`each`), or added and divided by n.
struct LossSum {
  bool each;
  double n;
};
LossSum loss_sum(Reduction reduction, const Tensor& prediction);

/// Losses that have a kernel, times a weight where it is defined, combined. The target has the prediction's
/// dtype. Specialized for Tensor, and for Variable with its gradient.
template <TensorLike T>
T combined_losses(const kernels::LossForm& form, const LossSum& sum, const T& prediction, const T& target,
                  const Tensor& weight);

/// kernels::loss_gradient, for a grad that broadcasts to the prediction.
Tensor loss_gradient(const kernels::LossForm& form, const Tensor& prediction, const Tensor& target,
                     const Tensor& grad);

/// The losses after their checks.
template <TensorLike T>
T loss(const char* op, const kernels::LossForm& form, const T& prediction, const T& target,
       Reduction reduction) {
  check_loss_operands(op, value_of(prediction), value_of(target));
  return combined_losses<T>(form, loss_sum(reduction, value_of(prediction)), prediction,
                            cast_like<T>(target, prediction), {});
}

/// The same with a weight, which may be undefined.
template <TensorLike T>
T weighted_loss(const char* op, const kernels::LossForm& form, const T& prediction, const T& target,
                const Tensor& weight, Reduction reduction) {
  check_loss_operands(op, value_of(prediction), value_of(target));
  return combined_losses<T>(form, loss_sum(reduction, value_of(prediction)), prediction,
                            cast_like<T>(target, prediction),
                            checked_weight(op, "weight", weight, value_of(prediction)));
}

/// The reduction of losses that other ops computed.
template <TensorLike T>
T reduce_losses(const T& losses, Reduction reduction) {
  if (reduction == Reduction::none) return losses;
  return reduction == Reduction::mean ? mean(losses) : sum(losses);
}

}  // namespace detail

template <TensorLike T>
T l1_loss(const T& prediction, const std::type_identity_t<T>& target, LossOptions options, const char* op) {
  const OpScope scope(op);
  return detail::loss<T>(op, {kernels::LossKind::absolute_error}, prediction, target, options.reduction);
}

template <TensorLike T>
T huber_loss(const T& prediction, const std::type_identity_t<T>& target, HuberOptions options,
             const char* op) {
  const OpScope scope(op);
  detail::check_threshold(op, "delta", options.delta, false);
  return detail::loss<T>(op, {kernels::LossKind::huber, options.delta}, prediction, target,
                         options.reduction);
}

template <TensorLike T>
T smooth_l1_loss(const T& prediction, const std::type_identity_t<T>& target, SmoothL1Options options,
                 const char* op) {
  const OpScope scope(op);
  detail::check_threshold(op, "beta", options.beta, true);
  const double beta = options.beta;
  if (beta == 0) return l1_loss(prediction, target, {options.reduction}, op);
  return detail::loss<T>(op, {kernels::LossKind::huber, beta, beta}, prediction, target, options.reduction);
}

template <TensorLike T>
T binary_cross_entropy_with_logits(const T& logits, const std::type_identity_t<T>& target,
                                   const LogitsOptions& options, const char* op) {
  const OpScope scope(op);
  if (!options.positive_weight.defined()) {
    return detail::weighted_loss<T>(op, {kernels::LossKind::binary_cross_entropy_with_logits}, logits, target,
                                    options.weight, options.reduction);
  }
  detail::check_loss_operands(op, value_of(logits), value_of(target));
  const T t = detail::cast_like<T>(target, logits);
  const T positive = t * softplus(-logits) *
                     detail::checked_weight(op, "positive_weight", options.positive_weight, value_of(logits));
  T losses = (1 - t) * softplus(logits) + positive;
  const Tensor weight = detail::checked_weight(op, "weight", options.weight, value_of(logits));
  return detail::reduce_losses<T>(weight.defined() ? losses * weight : losses, options.reduction);
}

template <TensorLike T>
T kl_div(const T& log_probability, const std::type_identity_t<T>& target, KLDivergenceOptions options,
         const char* op) {
  using kernels::LossKind;
  const OpScope scope(op);
  detail::check_loss_operands(op, value_of(log_probability), value_of(target));
  detail::LossSum sum = detail::loss_sum(options.reduction, value_of(log_probability));
  if (options.batch_mean && options.reduction == Reduction::mean)
    sum.n = static_cast<double>(log_probability.rank() == 0 ? 1 : log_probability.size(0));
  return detail::combined_losses<T>(
      {options.log_target ? LossKind::divergence_of_logarithms : LossKind::divergence}, sum, log_probability,
      detail::cast_like<T>(target, log_probability), {});
}

template <TensorLike T>
T hinge_embedding_loss(const T& distance, const std::type_identity_t<T>& target, HingeOptions options,
                       const char* op) {
  const OpScope scope(op);
  // The target chooses a term, so it has no gradient.
  return detail::loss<T>(op, {kernels::LossKind::hinge_embedding, options.margin}, distance,
                         T(value_of(target)), options.reduction);
}

template <TensorLike T>
T hinge_loss(const T& score, const std::type_identity_t<T>& target, HingeOptions options, const char* op) {
  const OpScope scope(op);
  return detail::loss<T>(op, {kernels::LossKind::hinge, options.margin}, score, target, options.reduction);
}

template <TensorLike T>
T cosine_similarity(const T& x1, const std::type_identity_t<T>& x2, int axis, double epsilon) {
  const OpScope scope("cosine_similarity");
  detail::check_loss_operands("cosine_similarity", value_of(x1), value_of(x2));
  const Axes along{normalize_axis("cosine_similarity", axis, x1.rank())};
  const T a = x1.to(DType::f64), b = x2.to(DType::f64);
  const auto length = [&](const T& x) {
    return maximum(detail::euclidean_norm(x, along, false, DType::f64), T(epsilon));
  };
  return (sum(a * b, along) / (length(a) * length(b))).to(x1.dtype());
}

template <TensorLike T>
T cosine_embedding_loss(const T& x1, const std::type_identity_t<T>& x2, const Tensor& target,
                        MarginOptions options, const char* op) {
  const OpScope scope(op);
  detail::check_cosine_operands(op, value_of(x1), value_of(x2), target);
  const T a = x1.to(DType::f64), b = x2.to(DType::f64);
  const T lengths = sqrt((sum(square(a), {-1}) + 1e-12) * (sum(square(b), {-1}) + 1e-12));
  const T cosine = (sum(a * b, {-1}) / lengths).to(x1.dtype());
  const T similar = where(target == 1, T(1 - cosine), T(0.0));
  const T dissimilar = where(target == -1, relu(cosine - options.margin), T(0.0));
  return detail::reduce_losses<T>(similar + dissimilar, options.reduction);
}

}  // namespace tinytorch

/// Instantiates all of them for T.
#define TINYTORCH_INSTANTIATE_LOSS(T)                                                                 \
  template T l1_loss(const T&, const T&, LossOptions, const char*);                                   \
  template T huber_loss(const T&, const T&, HuberOptions, const char*);                               \
  template T smooth_l1_loss(const T&, const T&, SmoothL1Options, const char*);                        \
  template T binary_cross_entropy_with_logits(const T&, const T&, const LogitsOptions&, const char*); \
  template T kl_div(const T&, const T&, KLDivergenceOptions, const char*);                            \
  template T hinge_embedding_loss(const T&, const T&, HingeOptions, const char*);                     \
  template T hinge_loss(const T&, const T&, HingeOptions, const char*);                               \
  template T cosine_similarity(const T&, const T&, int, double);                                      \
  template T cosine_embedding_loss(const T&, const T&, const Tensor&, MarginOptions, const char*);
