#pragma once

#include <algorithm>
#include <cstddef>
#include <type_traits>
#include <utility>

#include "autograd/ops.h"
#include "autograd/variable.h"
#include "core/tensor.h"

/// Loss functions as objects. Each calls the function of core/ops/loss.h or core/ops/cross_entropy.h that its
/// docstring names, with the options of its constructor. That function documents shapes, formula and errors.
/// The result has shape [] unless the reduction is Reduction::none.
///
/// ```cpp
/// const nn::HuberLoss criterion({.delta = 0.5});
/// const Variable prediction = variable(Tensor{1.0, 2.0});
/// criterion(prediction, Tensor{1.0, 0.0}).backward();  // prediction.grad() is [0, 0.25]
/// ```
namespace tinytorch::nn {

/// A string literal as a template argument: the name of a loss in error messages.
template <std::size_t size>
struct LossName {
  char text[size];

  constexpr LossName(const char (&literal)[size]) { std::copy_n(literal, size, text); }
};

/// The type of a loss function on T. It chooses one of several overloads.
template <class T, class Options>
using LossFunction =
    T (*)(const T& prediction, const T& target,
          std::conditional_t<std::is_trivially_copyable_v<Options>, Options, const Options&> options,
          const char* op);

/// A loss of a prediction and a target. It is a Tensor if both are Tensors. If either is a Variable, it is a
/// Variable, which has backward().
/// @tparam of_tensors, of_variables  the function in either mode: (prediction, target, options, op)
template <LossName name, class Options, LossFunction<Tensor, Options> of_tensors,
          LossFunction<Variable, Options> of_variables>
class Loss {
 public:
  explicit Loss(Options options = {}) : options_(std::move(options)) {}

  Tensor operator()(const Tensor& prediction, const Tensor& target) const {
    return of_tensors(prediction, target, options_, name.text);
  }
  Variable operator()(const Variable& prediction, const Variable& target) const {
    return of_variables(prediction, target, options_, name.text);
  }

 private:
  Options options_;
};

/// Mean squared error, the mean of (prediction - target)²: mse_loss(). PyTorch calls it MSELoss.
using MeanSquaredError = Loss<"MeanSquaredError", LossOptions, mse_loss, mse_loss>;

/// Mean absolute error, the mean of |prediction - target|: l1_loss().
using L1Loss = Loss<"L1Loss", LossOptions, l1_loss<Tensor>, l1_loss<Variable>>;

/// Huber loss, quadratic up to a distance of delta and linear beyond: huber_loss().
using HuberLoss = Loss<"HuberLoss", HuberOptions, huber_loss<Tensor>, huber_loss<Variable>>;

/// Smooth L1 loss, the Huber loss divided by its threshold beta: smooth_l1_loss().
using SmoothL1Loss = Loss<"SmoothL1Loss", SmoothL1Options, smooth_l1_loss<Tensor>, smooth_l1_loss<Variable>>;

/// Binary cross-entropy of probabilities p, the mean of -(target * log(p) + (1 - target) * log(1 - p)):
/// binary_cross_entropy().
using BinaryCrossEntropyLoss =
    Loss<"BinaryCrossEntropyLoss", BinaryCrossEntropyOptions, binary_cross_entropy, binary_cross_entropy>;

/// Binary cross-entropy of sigmoid(logits), computed without overflow: binary_cross_entropy_with_logits().
using BinaryCrossEntropyWithLogitsLoss =
    Loss<"BinaryCrossEntropyWithLogitsLoss", LogitsOptions, binary_cross_entropy_with_logits<Tensor>,
         binary_cross_entropy_with_logits<Variable>>;

/// Cross-entropy of softmax(logits) and a target, which is class indices or probabilities: cross_entropy().
using CrossEntropyLoss =
    Loss<"CrossEntropyLoss", CrossEntropyOptions, cross_entropy<Tensor>, cross_entropy<Variable>>;

/// Kullback-Leibler divergence, the mean of target * (log(target) - x) for logarithms x of probabilities:
/// kl_div().
using KLDivergenceLoss = Loss<"KLDivergenceLoss", KLDivergenceOptions, kl_div<Tensor>, kl_div<Variable>>;

/// Hinge loss, the mean of max(0, margin - target * x) for scores x and targets of 1 and -1: hinge_loss().
using HingeLoss = Loss<"HingeLoss", HingeOptions, hinge_loss<Tensor>, hinge_loss<Variable>>;

/// Hinge embedding loss, the mean of x where the target is 1 and max(0, margin - x) where it is -1:
/// hinge_embedding_loss().
using HingeEmbeddingLoss =
    Loss<"HingeEmbeddingLoss", HingeOptions, hinge_embedding_loss<Tensor>, hinge_embedding_loss<Variable>>;

/// Negative log-likelihood of class indices: nll_loss(). The prediction is logarithms of probabilities, as
/// log_softmax() gives them.
class NLLLoss {
 public:
  explicit NLLLoss(NLLOptions options = {}) : options_(std::move(options)) {}

  Tensor operator()(const Tensor& log_probability, const Tensor& target) const {
    return nll_loss(log_probability, target, options_, "NLLLoss");
  }
  Variable operator()(const Variable& log_probability, const Variable& target) const {
    return nll_loss(log_probability, target.value(), options_, "NLLLoss");
  }

 private:
  NLLOptions options_;
};

/// Cosine embedding loss, the mean of 1 - cos(x1, x2) where the target is 1 and max(0, cos(x1, x2) - margin)
/// where it is -1: cosine_embedding_loss().
class CosineEmbeddingLoss {
 public:
  explicit CosineEmbeddingLoss(MarginOptions options = {}) : options_(options) {}

  Tensor operator()(const Tensor& x1, const Tensor& x2, const Tensor& target) const {
    return cosine_embedding_loss(x1, x2, target, options_, "CosineEmbeddingLoss");
  }
  Variable operator()(const Variable& x1, const Variable& x2, const Tensor& target) const {
    return cosine_embedding_loss(x1, x2, target, options_, "CosineEmbeddingLoss");
  }

 private:
  MarginOptions options_;
};

}  // namespace tinytorch::nn
