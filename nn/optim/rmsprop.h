#pragma once

#include <vector>

#include "nn/optim/optimizer.h"

namespace tinytorch::nn {

/// The options of RMSprop.
struct RMSpropOptions {
  double learning_rate = 0.01;
  double alpha = 0.99;      ///< in [0, 1): decay of the running means
  double epsilon = 1e-8;    ///< added to the denominator
  double momentum = 0;      ///< in [0, 1): decay of the sum of the scaled gradients
  bool centered = false;    ///< divide by the standard deviation of the gradients; keeps their mean, too
  double weight_decay = 0;  ///< L2 penalty: adds this times the parameter to the gradient
};

/// RMSprop (Tieleman and Hinton 2012; centered: Graves 2013), as in PyTorch: divides gradients by the square
/// root of the running mean of their squares. RmspropStep has the formula.
class RMSprop : public Optimizer {
 public:
  /// @throws ValueError  an option is out of range, or as Optimizer::Optimizer()
  explicit RMSprop(std::vector<Variable> parameters, RMSpropOptions options = {});
  RMSprop(std::vector<ParameterGroup> groups, RMSpropOptions options);

 private:
  void update(const OptimizerStep& step, std::span<ParameterUpdate> updates) override;

  RMSpropOptions options_;
};

}  // namespace tinytorch::nn
