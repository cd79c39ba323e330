#pragma once

#include <vector>

#include "nn/optim/optimizer.h"

namespace tinytorch::nn {

struct AdagradOptions {
  double learning_rate = 0.01;
  double learning_rate_decay = 0;  ///< step t has learning_rate / (1 + (t - 1) this)
  double epsilon = 1e-10;          ///< keeps the division finite
  double initial_sum = 0;          ///< what the sum of the squared gradients begins with
  double weight_decay = 0;         ///< adds this times the parameter to the gradient
};

/// Gradients over the root of the sum of their squares (Duchi, Hazan and Singer 2011). As PyTorch's.
class Adagrad : public Optimizer {
 public:
  /// @throws ValueError  an option is out of range; see also Optimizer
  explicit Adagrad(std::vector<Variable> parameters, AdagradOptions options = {});
  Adagrad(std::vector<ParameterGroup> groups, AdagradOptions options);

 private:
  void update(const StepNumbers& step, std::span<ParameterUpdate> updates) override;

  AdagradOptions options_;
};

}  // namespace tinytorch::nn
