#pragma once

#include <string>

#include "autograd/ops.h"
#include "core/ops/activation.h"
#include "core/ops/math.h"
#include "nn/module.h"

/// Activation functions as layers; each applies the function of its name in core/ops/activation.h or
/// core/ops/math.h, elementwise but for Softmax and LogSoftmax.
namespace tinytorch::nn {

/// max(x, 0), elementwise.
class ReLU : public Layer<ReLU> {
 public:
  template <TensorLike T>
  T forward(const T& x) const {
    return relu(x);
  }
};

/// 1 / (1 + exp(-x)), elementwise.
class Sigmoid : public Layer<Sigmoid> {
 public:
  template <TensorLike T>
  T forward(const T& x) const {
    return sigmoid(x);
  }
};

/// tanh(x), elementwise.
class Tanh : public Layer<Tanh> {
 public:
  template <TensorLike T>
  T forward(const T& x) const {
    return tanh(x);
  }
};

/// x sigmoid(x), elementwise.
class SiLU : public Layer<SiLU> {
 public:
  template <TensorLike T>
  T forward(const T& x) const {
    return silu(x);
  }
};

/// x min(max(x + 3, 0), 6) / 6, elementwise.
class Hardswish : public Layer<Hardswish> {
 public:
  template <TensorLike T>
  T forward(const T& x) const {
    return hardswish(x);
  }
};

/// x times the probability of a standard normal variable below x, elementwise; see gelu().
class GELU : public Layer<GELU> {
 public:
  /// @param form  exact (erf), or its approximation by tanh
  explicit GELU(GeluForm form = GeluForm::erf) : form_(form) {}

  template <TensorLike T>
  T forward(const T& x) const {
    return gelu(x, form_);
  }

  std::string description() const override;

 private:
  GeluForm form_;
};

/// x where it is positive, else slope x, elementwise.
class LeakyReLU : public Layer<LeakyReLU> {
 public:
  explicit LeakyReLU(double slope = 0.01) : slope_(slope) {}

  template <TensorLike T>
  T forward(const T& x) const {
    return leaky_relu(x, slope_);
  }

  std::string description() const override;

 private:
  double slope_;
};

/// x where it is positive, else alpha (exp(x) - 1), elementwise.
class ELU : public Layer<ELU> {
 public:
  explicit ELU(double alpha = 1) : alpha_(alpha) {}

  template <TensorLike T>
  T forward(const T& x) const {
    return elu(x, alpha_);
  }

  std::string description() const override;

 private:
  double alpha_;
};

/// log(1 + exp(beta x)) / beta, elementwise. Calls throw ValueError if beta is not positive.
class Softplus : public Layer<Softplus> {
 public:
  explicit Softplus(double beta = 1) : beta_(beta) {}

  template <TensorLike T>
  T forward(const T& x) const {
    return softplus(x, beta_);
  }

  std::string description() const override;

 private:
  double beta_;
};

/// exp(x) / sum(exp(x)) along an axis. Not to be used before CrossEntropyLoss, which takes logits.
class Softmax : public Layer<Softmax> {
 public:
  explicit Softmax(int axis = -1) : axis_(axis) {}

  /// @throws ShapeError  x has no such axis
  template <TensorLike T>
  T forward(const T& x) const {
    return softmax(x, axis_);
  }

  std::string description() const override;

 private:
  int axis_;
};

/// The logarithm of Softmax, accurate for small probabilities too. Used before NLLLoss.
class LogSoftmax : public Layer<LogSoftmax> {
 public:
  explicit LogSoftmax(int axis = -1) : axis_(axis) {}

  /// @throws ShapeError  x has no such axis
  template <TensorLike T>
  T forward(const T& x) const {
    return log_softmax(x, axis_);
  }

  std::string description() const override;

 private:
  int axis_;
};

}  // namespace tinytorch::nn
