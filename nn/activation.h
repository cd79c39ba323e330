#pragma once

#include <string>

#include "autograd/ops.h"
#include "core/ops/activation.h"
#include "core/ops/math.h"
#include "nn/module.h"

/// Activation functions as layers. Each applies the function of the same name in core/ops/activation.h or
/// core/ops/math.h, which documents details and errors.
namespace tinytorch::nn {

/// Rectified linear unit, max(x, 0), elementwise.
class ReLU : public Layer<ReLU> {
 public:
  template <TensorLike T>
  T forward(const T& x) const {
    return relu(x);
  }
};

/// Logistic function, 1 / (1 + exp(-x)), elementwise.
class Sigmoid : public Layer<Sigmoid> {
 public:
  template <TensorLike T>
  T forward(const T& x) const {
    return sigmoid(x);
  }
};

/// Hyperbolic tangent, elementwise.
class Tanh : public Layer<Tanh> {
 public:
  template <TensorLike T>
  T forward(const T& x) const {
    return tanh(x);
  }
};

/// Sigmoid linear unit, x * sigmoid(x), elementwise.
class SiLU : public Layer<SiLU> {
 public:
  template <TensorLike T>
  T forward(const T& x) const {
    return silu(x);
  }
};

/// Hard swish, x * min(max(x + 3, 0), 6) / 6, elementwise.
class Hardswish : public Layer<Hardswish> {
 public:
  template <TensorLike T>
  T forward(const T& x) const {
    return hardswish(x);
  }
};

/// Gaussian error linear unit, elementwise: x times the probability that a standard normal variable is below
/// x.
class GELU : public Layer<GELU> {
 public:
  /// @param form  exact by erf, or approximate by tanh
  explicit GELU(GeluForm form = GeluForm::erf) : form_(form) {}

  template <TensorLike T>
  T forward(const T& x) const {
    return gelu(x, form_);
  }

  std::string description() const override;

 private:
  GeluForm form_;
};

/// Leaky rectified linear unit, elementwise: x if x > 0, otherwise slope * x.
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

/// Exponential linear unit, elementwise: x if x > 0, otherwise alpha * (exp(x) - 1).
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

/// Softplus, log(1 + exp(beta * x)) / beta, elementwise. A call throws ValueError if beta is not positive.
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

/// Softmax, exp(x) / sum(exp(x)) along an axis. Do not use it before CrossEntropyLoss, which takes logits.
class Softmax : public Layer<Softmax> {
 public:
  explicit Softmax(int axis = -1) : axis_(axis) {}

  /// @throws ShapeError  the axis is out of range
  template <TensorLike T>
  T forward(const T& x) const {
    return softmax(x, axis_);
  }

  std::string description() const override;

 private:
  int axis_;
};

/// The logarithm of Softmax, accurate for small probabilities, too. Use it before NLLLoss.
class LogSoftmax : public Layer<LogSoftmax> {
 public:
  explicit LogSoftmax(int axis = -1) : axis_(axis) {}

  /// @throws ShapeError  the axis is out of range
  template <TensorLike T>
  T forward(const T& x) const {
    return log_softmax(x, axis_);
  }

  std::string description() const override;

 private:
  int axis_;
};

}  // namespace tinytorch::nn
