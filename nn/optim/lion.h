#pragma once

#include <vector>

#include "nn/optim/optimizer.h"

namespace tinytorch::nn {

/// The options of Lion.
struct LionOptions {
  double learning_rate = 1e-4;
  double beta1 = 0.9;       ///< in [0, 1): weight of the momentum in an update; the gradient has 1 - beta1
  double beta2 = 0.99;      ///< in [0, 1): decay of the momentum
  double weight_decay = 0;  ///< multiplies the parameter by 1 - learning_rate * weight_decay
};

/// Lion (Chen et al. 2023, algorithm 2): changes each element by the learning rate, against the sign of an
/// average of gradient and momentum. LionStep has the formula.
class Lion : public Optimizer {
 public:
  /// @throws ValueError  an option is out of range, or as Optimizer::Optimizer()
  explicit Lion(std::vector<Variable> parameters, LionOptions options = {});
  Lion(std::vector<ParameterGroup> groups, LionOptions options);

 private:
  void update(const OptimizerStep& step, std::span<ParameterUpdate> updates) override;

  LionOptions options_;
};

}  // namespace tinytorch::nn
