#pragma once

#include "autograd/variable.h"
#include "core/tensor.h"

/// Loss functions: how far predictions are from targets, as one number, the mean over all. On Tensors they
/// give a Tensor; where either argument is a Variable, a Variable whose backward() trains what predicted.
/// Shapes never broadcast here: [4] against [4, 1] would be sixteen differences where four were meant.
namespace tinytorch::nn {

/// The mean of (prediction - target)².
class MeanSquaredError {
 public:
  /// @throws ShapeError  the shapes differ. DTypeError  the prediction is not floating. DeviceError
  Tensor operator()(const Tensor& prediction, const Tensor& target) const;
  Variable operator()(const Variable& prediction, const Variable& target) const;
};

/// The mean of -(target log(p) + (1 - target) log(1 - p)), for probabilities p in [0, 1] and targets in [0,
/// 1]. As in PyTorch the logarithms stop at -100, and the gradient's denominator p (1 - p) at 1e-12, so that
/// neither is ever infinite.
class BinaryCrossEntropyLoss {
 public:
  /// @throws ShapeError  the shapes differ. DTypeError  p is not floating. DeviceError
  Tensor operator()(const Tensor& probability, const Tensor& target) const;
  Variable operator()(const Variable& probability, const Variable& target) const;
};

/// The mean over rows of -log(softmax(logits)) at the target class. Targets are class numbers, integers
/// [rows], or probabilities of each class, floating [rows, classes], whose logarithms are weighted and
/// summed.
class CrossEntropyLoss {
 public:
  /// @throws ShapeError  logits are not [rows, classes], or the target fits in neither way
  /// @throws ValueError  a target is not one of 0 ... classes - 1; says which and where
  /// @throws DTypeError  logits are not floating, or the target is bool. DeviceError
  Tensor operator()(const Tensor& logits, const Tensor& target) const;
  Variable operator()(const Variable& logits, const Variable& target) const;
};

}  // namespace tinytorch::nn
