#pragma once

#include <vector>

#include "nn/optim/optimizer.h"

namespace tinytorch::nn {

/// The options of RMSprop.
struct RMSpropOptions {
  double learning_rate = 0.01;
  double alpha = 0.99;      ///< in [0, 1): decay of the mean of the squared gradients
  double epsilon = 1e-8;    ///< keeps the division finite
  double momentum = 0;      ///< in [0, 1): decay of the sum of the scaled gradients
  bool centered = false;    ///< divide by the standard deviation; keeps the mean of the gradients too
  double weight_decay = 0;  ///< adds this times the parameter to the gradient
};

/// Divides gradients by the root of the running mean of their squares (Tieleman and Hinton 2012; centered:
/// Graves 2013). As PyTorch's.
class RMSprop : public Optimizer {
 public:
  /// @throws ValueError  an option is out of range, or the parameters are refused as by Optimizer
  explicit RMSprop(std::vector<Variable> parameters, RMSpropOptions options = {});
  RMSprop(std::vector<ParameterGroup> groups, RMSpropOptions options);

 private:
  void update(const OptimizerStep& step, std::span<ParameterUpdate> updates) override;

  RMSpropOptions options_;
};

}  // namespace tinytorch::nn
