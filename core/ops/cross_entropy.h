#pragma once

#include <cstdint>
#include <type_traits>

#include "core/ops/loss.h"
#include "core/tensor.h"

/// Losses for classification, for Tensor and Variable. They follow PyTorch's functions of the same names,
/// except that logits need a batch axis.
///
/// ```cpp
/// const Variable logits = variable(Tensor{{2.0, 0.5, -1.0}, {0.0, 0.0, 3.0}});  // [N, C]
/// const Variable loss = cross_entropy(logits, Tensor{0, 2}, {.label_smoothing = 0.1});
/// loss.backward();  // logits.grad() is [2, 3]
/// ```
namespace tinytorch {

/// The options of cross_entropy().
struct CrossEntropyOptions {
  Tensor weight = {};                ///< of each class, [C]; undefined: 1
  std::int64_t ignore_index = -100;  ///< samples with this target are left out of the loss and of the mean
  double label_smoothing = 0;  ///< in [0, 1]: the share of the target that is spread evenly over all classes
  Reduction reduction = Reduction::mean;
};

/// The options of nll_loss().
struct NLLOptions {
  Tensor weight = {};                ///< of each class, [C]; undefined: 1
  std::int64_t ignore_index = -100;  ///< samples with this target are left out of the loss and of the mean
  Reduction reduction = Reduction::mean;
};

/// Cross-entropy of softmax(logits) and a target.
///
/// If the target is class indices, the loss of a sample is -log(softmax(logits)) at its class, times the
/// weight of the class; the mean is weighted by these weights, and NaN if all samples are ignored. If the
/// target is probabilities, the loss of a sample is the sum of -log(softmax(logits)) times probability and
/// weight over all classes, and the mean is unweighted.
///
/// The logits are read once (twice if the target is probabilities). Neither the forward nor the backward pass
/// stores the probabilities or their logarithms.
/// @param logits  [N, C] or [N, C, ...], floating
/// @param target  class indices, integers of shape [N] or [N, ...]; or probabilities, floating, of the
///                logits' shape
/// @param op      the name of the loss in error messages
/// @return        [], or with Reduction::none the losses, [N] or [N, ...]
/// @throws ShapeError   the logits have no class axis, or the target or the weight does not fit them
/// @throws ValueError   a class index is not in [0, C) (the message names it), or label_smoothing is not in
///                      [0, 1]
/// @throws DTypeError   the logits are not floating, or the target is bool, or floating in the shape of class
///                      indices
/// @throws DeviceError  the operands are on different devices
template <TensorLike T>
T cross_entropy(const T& logits, const std::type_identity_t<T>& target,
                const CrossEntropyOptions& options = {}, const char* op = "cross_entropy");

/// Negative log-likelihood: minus the logarithm of the probability of the target class, times the weight of
/// the class. The mean is weighted as in cross_entropy().
/// @param log_probability  logarithms of probabilities, [N, C] or [N, C, ...], as log_softmax(x, 1) gives
///                         them
/// @param target           class indices, [N] or [N, ...]
/// @param op               the name of the loss in error messages
/// @return                 [], or with Reduction::none the losses, [N] or [N, ...]
/// @throws as cross_entropy()
/// @throws DTypeError  the target is floating
template <TensorLike T>
T nll_loss(const T& log_probability, const Tensor& target, const NLLOptions& options = {},
           const char* op = "nll_loss");

}  // namespace tinytorch
