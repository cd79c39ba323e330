#pragma once

#include <vector>

#include "nn/optim/optimizer.h"

namespace tinytorch::nn {

/// The options of Adagrad.
struct AdagradOptions {
  double learning_rate = 0.01;
  double learning_rate_decay =
      0;                    ///< the rate of step t is learning_rate / (1 + (t - 1) learning_rate_decay)
  double epsilon = 1e-10;   ///< keeps the division finite
  double initial_sum = 0;   ///< initial value of the sum of squared gradients
  double weight_decay = 0;  ///< adds this times the parameter to the gradient
};

/// Divides gradients by the root of the sum of their squares (Duchi, Hazan and Singer 2011). As PyTorch's.
class Adagrad : public Optimizer {
 public:
  /// @throws ValueError  an option is out of range, or the parameters are refused as by Optimizer
  explicit Adagrad(std::vector<Variable> parameters, AdagradOptions options = {});
  Adagrad(std::vector<ParameterGroup> groups, AdagradOptions options);

 private:
  void update(const OptimizerStep& step, std::span<ParameterUpdate> updates) override;

  AdagradOptions options_;
};

}  // namespace tinytorch::nn
