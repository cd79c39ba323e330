#pragma once

#include <type_traits>

#include "core/ops/activation.h"
#include "core/ops/comparison.h"
#include "core/ops/composite.h"
#include "core/ops/math.h"
#include "core/tensor.h"

/// Losses: how far predictions are from targets. All follow PyTorch's functions of the same name, with two
/// differences: shapes never broadcast, for [4] against [4, 1] would be sixteen losses where four were meant;
/// and a target counts in the prediction's element type, whatever its own. Each throws
///     ShapeError   prediction and target differ in shape, or a weight does not broadcast to them
///     DTypeError   the prediction is not floating
///     DeviceError  the operands lie on different devices
/// `op` is what messages call the loss. core/ops/cross_entropy.h has those of classes.
namespace tinytorch {

/// What becomes of the losses of all elements: they stay, or are averaged (NaN where there are none), or
/// added.
enum class Reduction { none, mean, sum };

struct LossOptions {
  Reduction reduction = Reduction::mean;
};

struct HuberOptions {
  double delta = 1;  ///< where the square becomes a line, positive
  Reduction reduction = Reduction::mean;
};

struct SmoothL1Options {
  double beta = 1;  ///< where the square becomes a line; 0 makes it the l1_loss
  Reduction reduction = Reduction::mean;
};

struct BinaryCrossEntropyOptions {
  Tensor weight = {};  ///< of each loss, broadcast to it; undefined: 1
  Reduction reduction = Reduction::mean;
};

struct LogitsOptions {
  Tensor weight = {};           ///< of each loss, broadcast to it; undefined: 1
  Tensor positive_weight = {};  ///< of the target's part alone, broadcast; undefined: 1
  Reduction reduction = Reduction::mean;
};

struct KLDivergenceOptions {
  bool log_target = false;  ///< the target too is given as logarithms
  bool batch_mean = false;  ///< the mean over the first axis alone of the sums over the others
  Reduction reduction = Reduction::mean;
};

struct MarginOptions {
  double margin = 0;
  Reduction reduction = Reduction::mean;
};

struct HingeEmbeddingOptions {
  double margin = 1;
  Reduction reduction = Reduction::mean;
};

namespace detail {
/// @throws ShapeError, DTypeError  as every loss does
void check_loss_operands(const char* op, const Tensor& prediction, const Tensor& target);
/// @throws ValueError  it is not positive (or, where zero is allowed, negative), or not finite
void check_turn(const char* op, const char* name, double value, bool zero_allowed);
/// The weight in the prediction's element type. @throws ShapeError  it does not broadcast to it
Tensor checked_weight(const char* op, const char* name, const Tensor& weight, const Tensor& prediction);
/// @throws ShapeError  x1 and x2 differ, or the target is not x1 without its last axis
void check_cosine_operands(const char* op, const Tensor& x1, const Tensor& x2, const Tensor& target);

/// Targets count in the prediction's element type.
template <TensorLike T>
T in_type_of(const T& prediction, const T& target) {
  return target.dtype() == prediction.dtype() || !is_floating(prediction.dtype())
             ? target
             : target.to(prediction.dtype());
}

template <TensorLike T>
T reduced(const T& losses, Reduction reduction) {
  if (reduction == Reduction::none) return losses;
  return reduction == Reduction::mean ? mean(losses) : sum(losses);
}

/// The losses times their weight, reduced.
template <TensorLike T>
T weighted(const char* op, const T& losses, const Tensor& weight, Reduction reduction) {
  if (!weight.defined()) return reduced(losses, reduction);
  return reduced<T>(losses * checked_weight(op, "weight", weight, value_of(losses)), reduction);
}

/// |prediction - target| of checked operands.
template <TensorLike T>
T distance(const char* op, const T& prediction, const T& target) {
  check_loss_operands(op, value_of(prediction), value_of(target));
  return abs(prediction - in_type_of(prediction, target));
}
}  // namespace detail

/// (prediction - target)^2.
Tensor mse_loss(const Tensor& prediction, const Tensor& target, LossOptions options = {},
                const char* op = "mse_loss");

/// |prediction - target|.
template <TensorLike T>
T l1_loss(const T& prediction, const std::type_identity_t<T>& target, LossOptions options = {},
          const char* op = "l1_loss") {
  return detail::reduced(detail::distance(op, prediction, target), options.reduction);
}

/// d = |prediction - target|: d^2 / 2 below delta, else delta (d - delta / 2) (Huber 1964).
/// @throws ValueError  delta is not positive
template <TensorLike T>
T huber_loss(const T& prediction, const std::type_identity_t<T>& target, HuberOptions options = {},
             const char* op = "huber_loss") {
  detail::check_turn(op, "delta", options.delta, false);
  const T d = detail::distance(op, prediction, target);
  const double delta = options.delta;
  const T losses = where(value_of(d) < delta, T(square(d) * 0.5), T((d - 0.5 * delta) * delta));
  return detail::reduced(losses, options.reduction);
}

/// The Huber loss over beta: d^2 / (2 beta) below beta, else d - beta / 2.
/// @throws ValueError  beta is negative
template <TensorLike T>
T smooth_l1_loss(const T& prediction, const std::type_identity_t<T>& target, SmoothL1Options options = {},
                 const char* op = "smooth_l1_loss") {
  detail::check_turn(op, "beta", options.beta, true);
  const double beta = options.beta;
  if (beta == 0) return l1_loss(prediction, target, {options.reduction}, op);
  const T d = detail::distance(op, prediction, target);
  const T losses = where(value_of(d) < beta, T(square(d) * (0.5 / beta)), T(d - 0.5 * beta));
  return detail::reduced(losses, options.reduction);
}

/// -(target log(p) + (1 - target) log(1 - p)), for probabilities p and targets in [0, 1]. As in PyTorch the
/// logarithms stop at -100, and the gradient's denominator p (1 - p) at 1e-12, so that neither is infinite.
Tensor binary_cross_entropy(const Tensor& probability, const Tensor& target,
                            const BinaryCrossEntropyOptions& options = {},
                            const char* op = "binary_cross_entropy");

/// binary_cross_entropy(sigmoid(logits), target), which neither overflows nor loses small losses:
/// (1 - target) softplus(x) + positive_weight target softplus(-x).
template <TensorLike T>
T binary_cross_entropy_with_logits(const T& logits, const std::type_identity_t<T>& target,
                                   const LogitsOptions& options = {},
                                   const char* op = "binary_cross_entropy_with_logits") {
  detail::check_loss_operands(op, value_of(logits), value_of(target));
  const T t = detail::in_type_of<T>(logits, target);
  T positive = t * softplus(-logits);
  if (options.positive_weight.defined()) {
    positive =
        positive * detail::checked_weight(op, "positive_weight", options.positive_weight, value_of(logits));
  }
  return detail::weighted<T>(op, (1 - t) * softplus(logits) + positive, options.weight, options.reduction);
}

/// target (log(target) - x) for logarithms x of probabilities and targets that are probabilities; 0 where the
/// target is 0, and so is the target's gradient (PyTorch: NaN); NaN where it is negative or NaN. Of a target
/// t that is given as logarithms, exp(t) (t - x).
template <TensorLike T>
T kl_div(const T& log_probability, const std::type_identity_t<T>& target,
         const KLDivergenceOptions& options = {}, const char* op = "kl_div") {
  detail::check_loss_operands(op, value_of(log_probability), value_of(target));
  const T t = detail::in_type_of<T>(log_probability, target);
  T losses;
  if (options.log_target) {
    losses = exp(t) * (t - log_probability);
  } else {
    const Tensor none = value_of(t) == 0;
    const T share = where(none, T(1.0), t), x = where(none, T(0.0), log_probability);
    losses = where(none, T(0.0), T(t * (log(share) - x)));
  }
  if (!options.batch_mean || options.reduction != Reduction::mean)
    return detail::reduced(losses, options.reduction);
  return sum(losses) / static_cast<double>(losses.rank() == 0 ? 1 : losses.size(0));
}

/// x where the target is 1, max(0, margin - x) where it is -1, for distances x.
template <TensorLike T>
T hinge_embedding_loss(const T& distance, const std::type_identity_t<T>& target,
                       HingeEmbeddingOptions options = {}, const char* op = "hinge_embedding_loss") {
  detail::check_loss_operands(op, value_of(distance), value_of(target));
  const Tensor& sign = value_of(target);
  const T far = where(sign != 1, relu(options.margin - distance), T(0.0));
  return detail::reduced<T>(where(sign != -1, distance, T(0.0)) + far, options.reduction);
}

/// max(0, 1 - target x) for scores x and targets of 1 and -1. PyTorch has it for several classes only.
template <TensorLike T>
T hinge_loss(const T& score, const std::type_identity_t<T>& target, LossOptions options = {},
             const char* op = "hinge_loss") {
  detail::check_loss_operands(op, value_of(score), value_of(target));
  return detail::reduced<T>(relu(1 - detail::in_type_of<T>(score, target) * score), options.reduction);
}

/// x1 x2 / (max(|x1|, epsilon) max(|x2|, epsilon)) of the vectors along an axis. The shapes are the same.
/// @throws ShapeError  they are not, or there is no such axis. DTypeError  x1 is not floating. DeviceError
template <TensorLike T>
T cosine_similarity(const T& x1, const std::type_identity_t<T>& x2, int axis = 1, double epsilon = 1e-8) {
  detail::check_loss_operands("cosine_similarity", value_of(x1), value_of(x2));
  const Axes along{normalize_axis("cosine_similarity", axis, x1.rank())};
  const T least = T(epsilon * epsilon);
  const T b = detail::in_type_of<T>(x1, x2);
  const T lengths =
      sqrt(maximum(sum(square(x1), along), least)) * sqrt(maximum(sum(square(b), along), least));
  return sum(x1 * b, along) / lengths;
}

/// 1 - cos where the target is 1, max(0, cos - margin) where it is -1, for the cosine of x1 and x2 along
/// their last axis; x1 and x2 [rows, n] with targets [rows], or [n] with []. The squared lengths have 1e-12
/// added.
/// @throws ShapeError  the shapes are others. DTypeError  x1 is not floating. DeviceError
template <TensorLike T>
T cosine_embedding_loss(const T& x1, const std::type_identity_t<T>& x2, const Tensor& target,
                        MarginOptions options = {}, const char* op = "cosine_embedding_loss") {
  detail::check_cosine_operands(op, value_of(x1), value_of(x2), target);
  const T b = detail::in_type_of<T>(x1, x2);
  const T lengths = sqrt((sum(square(x1), {-1}) + 1e-12) * (sum(square(b), {-1}) + 1e-12));
  const T cosine = sum(x1 * b, {-1}) / lengths;
  const T alike = where(target == 1, T(1 - cosine), T(0.0));
  const T unlike = where(target == -1, relu(cosine - options.margin), T(0.0));
  return detail::reduced<T>(alike + unlike, options.reduction);
}

}  // namespace tinytorch
