#pragma once

#include <cstdint>
#include <type_traits>

#include "core/ops/loss.h"
#include "core/tensor.h"

/// Losses of classification. They follow PyTorch's functions of the same name, except that logits without a
/// batch axis, [classes], are refused.
///
/// ```cpp
/// const Variable logits = variable(Tensor{{2.0, 0.5, -1.0}, {0.0, 0.0, 3.0}});  // [rows, classes]
/// const Variable loss = cross_entropy(logits, Tensor{0, 2}, {.label_smoothing = 0.1});
/// loss.backward();  // logits.grad() is [2, 3]
/// ```
namespace tinytorch {

struct CrossEntropyOptions {
  Tensor weight = {};                ///< of each class, `[classes]`; undefined: 1
  std::int64_t ignore_index = -100;  ///< rows with this target are left out of the loss and of the mean
  double label_smoothing = 0;        ///< in [0, 1]: the part of the target that all classes share evenly
  Reduction reduction = Reduction::mean;
};

struct NLLOptions {
  Tensor weight = {};                ///< of each class, `[classes]`; undefined: 1
  std::int64_t ignore_index = -100;  ///< rows with this target are left out of the loss and of the mean
  Reduction reduction = Reduction::mean;
};

/// -log(softmax(logits)) at the target's class, times that class's weight. The mean is weighted by the
/// classes' weights, and NaN where all rows are ignored. Reads the logits once (twice where targets are
/// probabilities) and stores neither probabilities nor their logarithms; nor does the gradient.
/// @param logits  `[rows, classes]` or `[rows, classes, ...]`, floating
/// @param target  class indices, integers of the logits' shape without the classes; or probabilities of each
///                class, floating, of the logits' shape: then each class's -log(softmax) is multiplied by its
///                probability and weight, the products are added, and the mean is over the rows, unweighted
/// @throws ShapeError   logits have no class axis, or the target's or the weight's shape does not fit
/// @throws ValueError   a target is not in 0 ... classes - 1 (says which and where), or label_smoothing is
///                      not in [0, 1]
/// @throws DTypeError   logits are not floating, or the target is bool
/// @throws DeviceError  the operands are on different devices
template <TensorLike T>
T cross_entropy(const T& logits, const std::type_identity_t<T>& target,
                const CrossEntropyOptions& options = {}, const char* op = "cross_entropy");

/// -x at the target's class, times that class's weight, for logarithms x of probabilities: the negative log
/// likelihood. The mean is weighted as in cross_entropy().
/// @param log_probability  shaped as the logits of cross_entropy()
/// @param target           class indices, as of cross_entropy()
/// @throws as cross_entropy()
/// @throws DTypeError  also where the target is floating
template <TensorLike T>
T nll_loss(const T& log_probability, const Tensor& target, const NLLOptions& options = {},
           const char* op = "nll_loss");

}  // namespace tinytorch
