#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>

#include "autograd/ops.h"
#include "autograd/variable.h"
#include "core/tensor.h"

/// Loss functions as objects: each calls the function of core/ops/loss.h or core/ops/cross_entropy.h that its
/// description names, with the options it was made with. That function documents shapes, formula and errors.
/// The result has shape [] unless the reduction is Reduction::none.
///
/// ```cpp
/// const nn::HuberLoss criterion({.delta = 0.5});
/// const Variable prediction = variable(Tensor{1.0, 2.0});
/// criterion(prediction, Tensor{1.0, 0.0}).backward();  // prediction.grad() is {0, 0.25}
/// ```
namespace tinytorch::nn {

/// The name of a loss in error messages, as a template argument: a string literal.
template <std::size_t size>
struct LossName {
  char text[size];

  constexpr LossName(const char (&literal)[size]) { std::copy_n(literal, size, text); }
};

/// A loss of a prediction and a target. Of two Tensors it is a Tensor; if either is a Variable, it is a
/// Variable that backward() starts from.
/// @tparam of_tensors, of_variables  the function in either mode: (prediction, target, options, op)
template <LossName name, class Options, auto of_tensors, auto of_variables>
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

/// The type of a loss function in the mode of T; a conversion to it chooses one of several overloads.
template <class T, class Options>
using LossFunction = T (*)(const T& prediction, const T& target, Options options, const char* op);

/// The mean of (prediction - target)²: mse_loss().
using MeanSquaredError = Loss<"MeanSquaredError", LossOptions, LossFunction<Tensor, LossOptions>(mse_loss),
                              LossFunction<Variable, LossOptions>(mse_loss)>;

/// The mean of |prediction - target|: l1_loss().
using L1Loss = Loss<"L1Loss", LossOptions, l1_loss<Tensor>, l1_loss<Variable>>;

/// Quadratic up to a distance of delta, linear beyond: huber_loss().
using HuberLoss = Loss<"HuberLoss", HuberOptions, huber_loss<Tensor>, huber_loss<Variable>>;

/// HuberLoss divided by its threshold beta: smooth_l1_loss().
using SmoothL1Loss = Loss<"SmoothL1Loss", SmoothL1Options, smooth_l1_loss<Tensor>, smooth_l1_loss<Variable>>;

/// The mean of -(target log(p) + (1 - target) log(1 - p)) for probabilities p: binary_cross_entropy().
using BinaryCrossEntropyLoss =
    Loss<"BinaryCrossEntropyLoss", BinaryCrossEntropyOptions,
         LossFunction<Tensor, const BinaryCrossEntropyOptions&>(binary_cross_entropy),
         LossFunction<Variable, const BinaryCrossEntropyOptions&>(binary_cross_entropy)>;

/// BinaryCrossEntropyLoss of sigmoid(logits), without its overflow: binary_cross_entropy_with_logits().
using BinaryCrossEntropyWithLogitsLoss =
    Loss<"BinaryCrossEntropyWithLogitsLoss", LogitsOptions, binary_cross_entropy_with_logits<Tensor>,
         binary_cross_entropy_with_logits<Variable>>;

/// The mean of -log(softmax(logits)) at the target, a class index or probabilities: cross_entropy().
using CrossEntropyLoss =
    Loss<"CrossEntropyLoss", CrossEntropyOptions, cross_entropy<Tensor>, cross_entropy<Variable>>;

/// The mean of target (log(target) - x) for logarithms x of probabilities: kl_div().
using KLDivergenceLoss = Loss<"KLDivergenceLoss", KLDivergenceOptions, kl_div<Tensor>, kl_div<Variable>>;

/// The mean of max(0, 1 - target x) for scores x and targets of 1 and -1: hinge_loss().
using HingeLoss = Loss<"HingeLoss", LossOptions, hinge_loss<Tensor>, hinge_loss<Variable>>;

/// The mean of x where the target is 1 and max(0, margin - x) where it is -1: hinge_embedding_loss().
using HingeEmbeddingLoss = Loss<"HingeEmbeddingLoss", HingeEmbeddingOptions, hinge_embedding_loss<Tensor>,
                                hinge_embedding_loss<Variable>>;

/// CrossEntropyLoss of logarithms of probabilities, as log_softmax() gives them, and class indices:
/// nll_loss().
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

/// The mean of 1 - cos(x1, x2) where the target is 1 and max(0, cos(x1, x2) - margin) where it is -1:
/// cosine_embedding_loss().
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
