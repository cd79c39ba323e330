#pragma once

#include <type_traits>

#include "core/tensor.h"

/// Losses: how far predictions are from targets. They follow PyTorch's functions of the same name, with two
/// differences: shapes never broadcast, because [4] against [4, 1] would give sixteen losses where four were
/// meant; and a target is converted to the prediction's dtype. core/ops/cross_entropy.h has the losses of
/// classification. All take Tensors or Variables; `op` is the loss's name in error messages.
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

/// How a loss combines the losses of the elements: it returns all of them, their mean (NaN where there are
/// none), or their sum.
enum class Reduction { none, mean, sum };

struct LossOptions {
  Reduction reduction = Reduction::mean;
};

struct HuberOptions {
  double delta = 1;  ///< the distance at which the loss becomes linear, positive
  Reduction reduction = Reduction::mean;
};

struct SmoothL1Options {
  double beta = 1;  ///< the distance at which the loss becomes linear; 0 gives l1_loss()
  Reduction reduction = Reduction::mean;
};

struct BinaryCrossEntropyOptions {
  Tensor weight = {};  ///< of each loss, broadcast to the losses; undefined: 1
  Reduction reduction = Reduction::mean;
};

struct LogitsOptions {
  Tensor weight = {};           ///< of each loss, broadcast to the losses; undefined: 1
  Tensor positive_weight = {};  ///< of the term with the target, broadcast to the losses; undefined: 1
  Reduction reduction = Reduction::mean;
};

struct KLDivergenceOptions {
  bool log_target = false;  ///< the target, too, is given as logarithms
  bool batch_mean = false;  ///< divides the sum by the length of the first axis, where reduction is mean
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

/// Squared error, (prediction - target)^2.
Tensor mse_loss(const Tensor& prediction, const Tensor& target, LossOptions options = {},
                const char* op = "mse_loss");

/// Absolute error, |prediction - target|.
template <TensorLike T>
T l1_loss(const T& prediction, const std::type_identity_t<T>& target, LossOptions options = {},
          const char* op = "l1_loss");

/// Huber loss (Huber 1964): with d = |prediction - target|, d^2 / 2 below delta, else delta (d - delta / 2).
/// @throws ValueError  delta is not positive and finite
template <TensorLike T>
T huber_loss(const T& prediction, const std::type_identity_t<T>& target, HuberOptions options = {},
             const char* op = "huber_loss");

/// The Huber loss divided by beta: with d = |prediction - target|, d^2 / (2 beta) below beta, else d -
/// beta / 2.
/// @throws ValueError  beta is negative or not finite
template <TensorLike T>
T smooth_l1_loss(const T& prediction, const std::type_identity_t<T>& target, SmoothL1Options options = {},
                 const char* op = "smooth_l1_loss");

/// -(target log(p) + (1 - target) log(1 - p)), for probabilities p and targets in [0, 1]. As in PyTorch the
/// logarithms are at least -100, and the gradient's denominator p (1 - p) at least 1e-12, so that neither is
/// infinite.
Tensor binary_cross_entropy(const Tensor& probability, const Tensor& target,
                            const BinaryCrossEntropyOptions& options = {},
                            const char* op = "binary_cross_entropy");

/// binary_cross_entropy() of sigmoid(x), which neither overflows nor rounds small losses to 0: (1 - target)
/// softplus(x) + positive_weight target softplus(-x), for logits x.
template <TensorLike T>
T binary_cross_entropy_with_logits(const T& logits, const std::type_identity_t<T>& target,
                                   const LogitsOptions& options = {},
                                   const char* op = "binary_cross_entropy_with_logits");

/// Kullback-Leibler divergence, target (log(target) - x), for logarithms x of probabilities and targets that
/// are probabilities; exp(t) (t - x) for a target t that is given as logarithms. 0 where the target is 0, and
/// so is the target's gradient (PyTorch: NaN); NaN where the target is negative or NaN.
template <TensorLike T>
T kl_div(const T& log_probability, const std::type_identity_t<T>& target,
         const KLDivergenceOptions& options = {}, const char* op = "kl_div");

/// x where the target is 1, max(0, margin - x) where it is -1, for distances x.
template <TensorLike T>
T hinge_embedding_loss(const T& distance, const std::type_identity_t<T>& target,
                       HingeEmbeddingOptions options = {}, const char* op = "hinge_embedding_loss");

/// max(0, 1 - target x) for scores x and targets of 1 and -1. PyTorch has it for several classes only.
template <TensorLike T>
T hinge_loss(const T& score, const std::type_identity_t<T>& target, LossOptions options = {},
             const char* op = "hinge_loss");

/// The cosine of the angle between the vectors along an axis, x1 x2 / (max(|x1|, epsilon) max(|x2|,
/// epsilon)).
/// @return  x1's shape without the axis
/// @throws ShapeError  x1 and x2 differ in shape, or there is no such axis
template <TensorLike T>
T cosine_similarity(const T& x1, const std::type_identity_t<T>& x2, int axis = 1, double epsilon = 1e-8);

/// 1 - cos where the target is 1, max(0, cos - margin) where it is -1, for the cosine of x1 and x2 along
/// their last axis. 1e-12 is added to the squared lengths.
/// @param x1, x2  `[rows, n]` or `[n]`
/// @param target  `[rows]` or `[]`
/// @throws ShapeError  the shapes are others
template <TensorLike T>
T cosine_embedding_loss(const T& x1, const std::type_identity_t<T>& x2, const Tensor& target,
                        MarginOptions options = {}, const char* op = "cosine_embedding_loss");

}  // namespace tinytorch
