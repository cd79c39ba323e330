#pragma once

#include <type_traits>

#include "core/tensor.h"

/// Losses: how far predictions are from targets, for Tensor and Variable. core/ops/cross_entropy.h has the
/// losses for classification.
///
/// The losses follow PyTorch's functions of the same names, with two differences. The shapes of prediction
/// and target never broadcast, because [4] against [4, 1] would give sixteen losses where four were meant. A
/// target is converted to the prediction's dtype. Each docstring gives the loss of one element. The result is
/// the mean of these losses, of shape [], unless options.reduction says otherwise. `op` is the name of the
/// loss in error messages.
///
/// ```cpp
/// const Variable prediction = variable(Tensor{0.5, 2.0});
/// const Variable loss = mse_loss(prediction, Tensor{0.0, 1.0});  // (0.25 + 1) / 2 = 0.625
/// loss.backward();
/// const Tensor each = l1_loss(prediction.value(), Tensor{0.0, 1.0}, {.reduction = Reduction::none});
/// ```
///
/// @throws ShapeError   prediction and target differ in shape, or a weight does not broadcast to them
/// @throws DTypeError   the prediction is not floating
/// @throws DeviceError  the operands are on different devices
/// @throws ValueError   an operand is undefined
namespace tinytorch {

/// How the losses of the elements are combined: returned as they are, averaged (NaN if there are none), or
/// summed.
enum class Reduction { none, mean, sum };

/// The options of losses that have only a reduction.
struct LossOptions {
  Reduction reduction = Reduction::mean;
};

/// The options of huber_loss().
struct HuberOptions {
  double delta = 1;  ///< the distance at which the loss becomes linear, positive
  Reduction reduction = Reduction::mean;
};

/// The options of smooth_l1_loss().
struct SmoothL1Options {
  double beta = 1;  ///< the distance at which the loss becomes linear; 0 gives l1_loss()
  Reduction reduction = Reduction::mean;
};

/// The options of binary_cross_entropy().
struct BinaryCrossEntropyOptions {
  Tensor weight = {};  ///< a factor of each loss, broadcast to the losses; undefined: 1
  Reduction reduction = Reduction::mean;
};

/// The options of binary_cross_entropy_with_logits().
struct LogitsOptions {
  Tensor weight = {};           ///< a factor of each loss, broadcast to the losses; undefined: 1
  Tensor positive_weight = {};  ///< a factor of the term with `target`, broadcast to the losses; undefined: 1
  Reduction reduction = Reduction::mean;
};

/// The options of kl_div().
struct KLDivergenceOptions {
  bool log_target = false;  ///< the target is given as logarithms, too
  bool batch_mean = false;  ///< Reduction::mean divides the sum by the length of the first axis only
  Reduction reduction = Reduction::mean;
};

/// The options of cosine_embedding_loss().
struct MarginOptions {
  double margin = 0;
  Reduction reduction = Reduction::mean;
};

/// The options of hinge_loss() and hinge_embedding_loss().
struct HingeOptions {
  double margin = 1;
  Reduction reduction = Reduction::mean;
};

/// Squared error, (prediction - target)^2.
Tensor mse_loss(const Tensor& prediction, const Tensor& target, LossOptions options = {},
                const char* op = "mse_loss");

/// Absolute error, |prediction - target|.
template <TensorLike T>
T l1_loss(const T& prediction, const std::type_identity_t<T>& target, LossOptions options = {},
          const char* op = "l1_loss");

/// Huber loss (Huber 1964): with d = |prediction - target|, d^2 / 2 if d < delta, otherwise
/// delta * (d - delta / 2).
/// @throws ValueError  delta is not positive and finite
template <TensorLike T>
T huber_loss(const T& prediction, const std::type_identity_t<T>& target, HuberOptions options = {},
             const char* op = "huber_loss");

/// Smooth L1 loss, the Huber loss divided by beta: with d = |prediction - target|, d^2 / (2 * beta) if
/// d < beta, otherwise d - beta / 2.
/// @throws ValueError  beta is negative or not finite
template <TensorLike T>
T smooth_l1_loss(const T& prediction, const std::type_identity_t<T>& target, SmoothL1Options options = {},
                 const char* op = "smooth_l1_loss");

/// Binary cross-entropy: -(target * log(p) + (1 - target) * log(1 - p)), for probabilities p and targets in
/// [0, 1]. Values outside [0, 1] are not checked; logits go to binary_cross_entropy_with_logits(). As in
/// PyTorch, the logarithms are at least -100, and the gradient's denominator p * (1 - p) is at least 1e-12,
/// so that loss and gradient are finite.
Tensor binary_cross_entropy(const Tensor& probability, const Tensor& target,
                            const BinaryCrossEntropyOptions& options = {},
                            const char* op = "binary_cross_entropy");

/// Binary cross-entropy of sigmoid(x) for logits x: (1 - target) * softplus(x) + positive_weight * target *
/// softplus(-x). It neither overflows nor rounds small losses to 0.
template <TensorLike T>
T binary_cross_entropy_with_logits(const T& logits, const std::type_identity_t<T>& target,
                                   const LogitsOptions& options = {},
                                   const char* op = "binary_cross_entropy_with_logits");

/// Kullback-Leibler divergence: target * (log(target) - x), for logarithms x of probabilities. Where the
/// target is 0, the loss and the target's gradient are 0 (in PyTorch, this gradient is NaN); where it is
/// negative or NaN, the loss is NaN. With log_target, the loss is exp(target) * (target - x).
template <TensorLike T>
T kl_div(const T& log_probability, const std::type_identity_t<T>& target, KLDivergenceOptions options = {},
         const char* op = "kl_div");

/// Hinge embedding loss for distances x: x where the target is 1, and max(0, margin - x) where it is -1.
template <TensorLike T>
T hinge_embedding_loss(const T& distance, const std::type_identity_t<T>& target, HingeOptions options = {},
                       const char* op = "hinge_embedding_loss");

/// Hinge loss for scores x: max(0, margin - target * x), where targets are 1 and -1. PyTorch only has a loss
/// for several classes.
template <TensorLike T>
T hinge_loss(const T& score, const std::type_identity_t<T>& target, HingeOptions options = {},
             const char* op = "hinge_loss");

/// The cosine of the angle between vectors along an axis: dot(x1, x2) / (max(|x1|, epsilon) * max(|x2|,
/// epsilon)), computed in f64 and rounded once.
/// @return  a tensor of x1's shape without the axis
/// @throws ShapeError  x1 and x2 differ in shape, or the axis is out of range
template <TensorLike T>
T cosine_similarity(const T& x1, const std::type_identity_t<T>& x2, int axis = 1, double epsilon = 1e-8);

/// Cosine embedding loss: 1 - cos where the target is 1, and max(0, cos - margin) where it is -1, where cos
/// is the cosine of the angle between x1 and x2. 1e-12 is added to the squared lengths of the vectors.
/// @param x1, x2  [N, D] or [D]
/// @param target  [N] or []
/// @throws ShapeError  the operands have other shapes
template <TensorLike T>
T cosine_embedding_loss(const T& x1, const std::type_identity_t<T>& x2, const Tensor& target,
                        MarginOptions options = {}, const char* op = "cosine_embedding_loss");

}  // namespace tinytorch
