#pragma once

#include <vector>

#include "nn/optim/optimizer.h"

namespace tinytorch::nn {

/// The options of SGD.
struct SGDOptions {
  double learning_rate = 0.01;
  double momentum = 0;      ///< in [0, 1): decay of the sum of the gradients
  bool nesterov = false;    ///< Nesterov momentum; requires momentum > 0 and no dampening
  double weight_decay = 0;  ///< L2 penalty: adds this times the parameter to the gradient
  /// A gradient enters the momentum times 1 - dampening, except that of a parameter's first step.
  double dampening = 0;
};

/// Stochastic gradient descent with momentum, as in PyTorch. SgdStep has the formula.
class SGD : public Optimizer {
 public:
  /// @throws ValueError  an option is out of range, or as Optimizer::Optimizer()
  explicit SGD(std::vector<Variable> parameters, SGDOptions options = {});
  SGD(std::vector<ParameterGroup> groups, SGDOptions options);

 private:
  void update(const OptimizerStep& step, std::span<ParameterUpdate> updates) override;

  SGDOptions options_;
};

}  // namespace tinytorch::nn
