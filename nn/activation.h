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

/// relu limited to 6, min(max(x, 0), 6), elementwise.
class ReLU6 : public Layer<ReLU6> {
 public:
  template <TensorLike T>
  T forward(const T& x) const {
    return relu6(x);
  }
};

/// Limits x to [low, high], elementwise. A call throws ValueError if low is not less than high.
class Hardtanh : public Layer<Hardtanh> {
 public:
  explicit Hardtanh(double low = -1, double high = 1) : low_(low), high_(high) {}

  template <TensorLike T>
  T forward(const T& x) const {
    return hardtanh(x, low_, high_);
  }

  std::string description() const override;

 private:
  double low_, high_;
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

/// The logarithm of the logistic function, -log(1 + exp(-x)), elementwise.
class LogSigmoid : public Layer<LogSigmoid> {
 public:
  template <TensorLike T>
  T forward(const T& x) const {
    return logsigmoid(x);
  }
};

/// Piecewise linear approximation of the logistic function, min(max(x + 3, 0), 6) / 6, elementwise.
class Hardsigmoid : public Layer<Hardsigmoid> {
 public:
  template <TensorLike T>
  T forward(const T& x) const {
    return hardsigmoid(x);
  }
};

/// x / (1 + |x|), elementwise.
class Softsign : public Layer<Softsign> {
 public:
  template <TensorLike T>
  T forward(const T& x) const {
    return softsign(x);
  }
};

/// Scaled exponential linear unit, 1.0507... * elu(x, 1.6732...), elementwise.
class SELU : public Layer<SELU> {
 public:
  template <TensorLike T>
  T forward(const T& x) const {
    return selu(x);
  }
};

/// x * tanh(log(1 + exp(x))), elementwise.
class Mish : public Layer<Mish> {
 public:
  template <TensorLike T>
  T forward(const T& x) const {
    return mish(x);
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
