#pragma once

#include <vector>

#include "nn/optim/optimizer.h"

namespace tinytorch::nn {

/// The options of Adagrad.
struct AdagradOptions {
  double learning_rate = 0.01;
  /// the rate in step t is learning_rate / (1 + (t - 1) * learning_rate_decay)
  double learning_rate_decay = 0;
  double epsilon = 1e-10;   ///< added to the denominator
  double initial_sum = 0;   ///< initial value of the sum of squared gradients
  double weight_decay = 0;  ///< L2 penalty: adds this times the parameter to the gradient
};

/// Adagrad (Duchi, Hazan and Singer 2011), as in PyTorch: divides gradients by the square root of the sum of
/// their squares. AdagradStep has the formula.
class Adagrad : public Optimizer {
 public:
  /// @throws ValueError  an option is out of range, or as Optimizer::Optimizer()
  explicit Adagrad(std::vector<Variable> parameters, AdagradOptions options = {});
  Adagrad(std::vector<ParameterGroup> groups, AdagradOptions options);

 private:
  void update(const OptimizerStep& step, std::span<ParameterUpdate> updates) override;

  AdagradOptions options_;
};

}  // namespace tinytorch::nn
