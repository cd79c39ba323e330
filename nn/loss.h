#pragma once

#include <utility>

#include "autograd/ops.h"
#include "autograd/variable.h"
#include "core/tensor.h"

/// Loss functions as objects: the functions of core/ops/loss.h and core/ops/cross_entropy.h, which say what
/// they take and throw, with their options. On Tensors they give a Tensor; where either argument is a
/// Variable, a Variable whose backward() trains what predicted.
namespace tinytorch::nn {

/// Makes both modes of `template <TensorLike T> T forward(const T& prediction, const T& target) const`.
template <class Derived>
class Loss {
 public:
  Tensor operator()(const Tensor& prediction, const Tensor& target) const {
    return static_cast<const Derived&>(*this).forward(prediction, target);
  }
  Variable operator()(const Variable& prediction, const Variable& target) const {
    return static_cast<const Derived&>(*this).forward(prediction, target);
  }
};

/// The mean of (prediction - target)².
class MeanSquaredError : public Loss<MeanSquaredError> {
 public:
  explicit MeanSquaredError(LossOptions options = {}) : options_(options) {}
  template <TensorLike T>
  T forward(const T& prediction, const T& target) const {
    return mse_loss(prediction, target, options_, "MeanSquaredError");
  }

 private:
  LossOptions options_;
};

/// The mean of |prediction - target|.
class L1Loss : public Loss<L1Loss> {
 public:
  explicit L1Loss(LossOptions options = {}) : options_(options) {}
  template <TensorLike T>
  T forward(const T& prediction, const T& target) const {
    return l1_loss(prediction, target, options_, "L1Loss");
  }

 private:
  LossOptions options_;
};

/// Squared near the target, and from delta on linear.
class HuberLoss : public Loss<HuberLoss> {
 public:
  explicit HuberLoss(HuberOptions options = {}) : options_(options) {}
  template <TensorLike T>
  T forward(const T& prediction, const T& target) const {
    return huber_loss(prediction, target, options_, "HuberLoss");
  }

 private:
  HuberOptions options_;
};

/// HuberLoss over its turning point.
class SmoothL1Loss : public Loss<SmoothL1Loss> {
 public:
  explicit SmoothL1Loss(SmoothL1Options options = {}) : options_(options) {}
  template <TensorLike T>
  T forward(const T& prediction, const T& target) const {
    return smooth_l1_loss(prediction, target, options_, "SmoothL1Loss");
  }

 private:
  SmoothL1Options options_;
};

/// The mean of -(target log(p) + (1 - target) log(1 - p)), for probabilities p.
class BinaryCrossEntropyLoss : public Loss<BinaryCrossEntropyLoss> {
 public:
  explicit BinaryCrossEntropyLoss(BinaryCrossEntropyOptions options = {}) : options_(std::move(options)) {}
  template <TensorLike T>
  T forward(const T& probability, const T& target) const {
    return binary_cross_entropy(probability, target, options_, "BinaryCrossEntropyLoss");
  }

 private:
  BinaryCrossEntropyOptions options_;
};

/// BinaryCrossEntropyLoss of sigmoid(logits), without its overflow.
class BinaryCrossEntropyWithLogitsLoss : public Loss<BinaryCrossEntropyWithLogitsLoss> {
 public:
  explicit BinaryCrossEntropyWithLogitsLoss(LogitsOptions options = {}) : options_(std::move(options)) {}
  template <TensorLike T>
  T forward(const T& logits, const T& target) const {
    return binary_cross_entropy_with_logits(logits, target, options_, "BinaryCrossEntropyWithLogitsLoss");
  }

 private:
  LogitsOptions options_;
};

/// The mean of -log(softmax(logits)) at the target class, which is a number or probabilities.
class CrossEntropyLoss : public Loss<CrossEntropyLoss> {
 public:
  explicit CrossEntropyLoss(CrossEntropyOptions options = {}) : options_(std::move(options)) {}
  template <TensorLike T>
  T forward(const T& logits, const T& target) const {
    return cross_entropy(logits, target, options_, "CrossEntropyLoss");
  }

 private:
  CrossEntropyOptions options_;
};

/// The same of what log_softmax gave; targets are class numbers.
class NLLLoss : public Loss<NLLLoss> {
 public:
  explicit NLLLoss(NLLOptions options = {}) : options_(std::move(options)) {}
  template <TensorLike T>
  T forward(const T& log_probability, const T& target) const {
    return nll_loss(log_probability, value_of(target), options_, "NLLLoss");
  }

 private:
  NLLOptions options_;
};

/// The mean of target (log(target) - x), for logarithms x of probabilities.
class KLDivergenceLoss : public Loss<KLDivergenceLoss> {
 public:
  explicit KLDivergenceLoss(KLDivergenceOptions options = {}) : options_(options) {}
  template <TensorLike T>
  T forward(const T& log_probability, const T& target) const {
    return kl_div(log_probability, target, options_, "KLDivergenceLoss");
  }

 private:
  KLDivergenceOptions options_;
};

/// The mean of max(0, 1 - target x), for targets of 1 and -1.
class HingeLoss : public Loss<HingeLoss> {
 public:
  explicit HingeLoss(LossOptions options = {}) : options_(options) {}
  template <TensorLike T>
  T forward(const T& score, const T& target) const {
    return hinge_loss(score, target, options_, "HingeLoss");
  }

 private:
  LossOptions options_;
};

/// The mean of x where the target is 1 and max(0, margin - x) where it is -1.
class HingeEmbeddingLoss : public Loss<HingeEmbeddingLoss> {
 public:
  explicit HingeEmbeddingLoss(HingeEmbeddingOptions options = {}) : options_(options) {}
  template <TensorLike T>
  T forward(const T& distance, const T& target) const {
    return hinge_embedding_loss(distance, target, options_, "HingeEmbeddingLoss");
  }

 private:
  HingeEmbeddingOptions options_;
};

/// The mean of 1 - cos(x1, x2) where the target is 1 and max(0, cos(x1, x2) - margin) where it is -1.
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
