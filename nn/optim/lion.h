#pragma once

#include <vector>

#include "nn/optim/optimizer.h"

namespace tinytorch::nn {

/// The options of Lion.
struct LionOptions {
  double learning_rate = 1e-4;
  double beta1 = 0.9;       ///< in [0, 1): weight of the momentum against the gradient in an update
  double beta2 = 0.99;      ///< in [0, 1): decay of the momentum
  double weight_decay = 0;  ///< shrinks the parameter by learning_rate times this, apart from the gradient
};

/// Moves each element by the learning rate, against the sign of an average of gradient and momentum (Chen et
/// al. 2023, algorithm 2).
class Lion : public Optimizer {
 public:
  /// @throws ValueError  an option is out of range, or the parameters are refused as by Optimizer
  explicit Lion(std::vector<Variable> parameters, LionOptions options = {});
  Lion(std::vector<ParameterGroup> groups, LionOptions options);

 private:
  void update(const OptimizerStep& step, std::span<ParameterUpdate> updates) override;

  LionOptions options_;
};

}  // namespace tinytorch::nn
