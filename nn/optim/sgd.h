#pragma once

#include <vector>

#include "nn/optim/optimizer.h"

namespace tinytorch::nn {

/// The options of SGD.
struct SGDOptions {
  double learning_rate = 0.01;
  double momentum = 0;      ///< in [0, 1): decay of the sum of gradients
  bool nesterov = false;    ///< Nesterov momentum; needs momentum > 0
  double weight_decay = 0;  ///< adds this times the parameter to the gradient
};

/// Stochastic gradient descent: g = gradient + weight_decay p; m = momentum m + g; p -= learning_rate m, or
/// with nesterov p -= learning_rate (g + momentum m). m starts as the first g. As PyTorch's.
class SGD : public Optimizer {
 public:
  /// @throws ValueError  an option is out of range, or the parameters are refused as by Optimizer
  explicit SGD(std::vector<Variable> parameters, SGDOptions options = {});
  SGD(std::vector<ParameterGroup> groups, SGDOptions options);

 private:
  void update(const OptimizerStep& step, std::span<ParameterUpdate> updates) override;

  SGDOptions options_;
};

}  // namespace tinytorch::nn
