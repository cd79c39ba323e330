#pragma once

#include <string>

#include "autograd/ops.h"
#include "core/ops/activation.h"
#include "core/ops/math.h"
#include "nn/module.h"

/// Activation functions as layers; each applies the op of its name.
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

/// exp(x) / sum(exp(x)) along an axis. Before CrossEntropyLoss it is not wanted: that takes logits.
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

}  // namespace tinytorch::nn
