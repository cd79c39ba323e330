#pragma once

#include <vector>

#include "nn/optim/optimizer.h"

namespace tinytorch::nn {

/// The options of Adam.
struct AdamOptions {
  double learning_rate = 0.001;
  double beta1 = 0.9;       ///< in [0, 1): decay of the mean of the gradients
  double beta2 = 0.999;     ///< in [0, 1): decay of the mean of their squares
  double epsilon = 1e-8;    ///< keeps the division finite
  double weight_decay = 0;  ///< adds this times the parameter to the gradient
};

/// Divides the running mean of the gradients by the root of the running mean of their squares (Kingma and Ba
/// 2015, algorithm 1). The bias corrections count each parameter's own steps. As PyTorch's.
class Adam : public Optimizer {
 public:
  /// @throws ValueError  an option is out of range, or the parameters are refused as by Optimizer
  explicit Adam(std::vector<Variable> parameters, AdamOptions options = {});
  Adam(std::vector<ParameterGroup> groups, AdamOptions options);

 protected:
  /// @param name       the optimizer's, for messages
  /// @param decoupled  weight decay as AdamW's
  Adam(const char* name, std::vector<ParameterGroup> groups, const AdamOptions& options, bool decoupled);

 private:
  void update(const OptimizerStep& step, std::span<ParameterUpdate> updates) override;

  AdamOptions options_;
  bool decoupled_;
};

/// The options of AdamW.
struct AdamWOptions {
  double learning_rate = 0.001;
  double beta1 = 0.9;          ///< as AdamOptions'
  double beta2 = 0.999;        ///< as AdamOptions'
  double epsilon = 1e-8;       ///< as AdamOptions'
  double weight_decay = 0.01;  ///< shrinks the parameter by learning_rate times this, apart from the gradient
};

/// Adam with decoupled weight decay (Loshchilov and Hutter 2019, algorithm 2).
class AdamW : public Adam {
 public:
  /// @throws ValueError  an option is out of range, or the parameters are refused as by Optimizer
  explicit AdamW(std::vector<Variable> parameters, AdamWOptions options = {});
  AdamW(std::vector<ParameterGroup> groups, AdamWOptions options);
};

}  // namespace tinytorch::nn
