#pragma once

#include <vector>

#include "nn/optim/optimizer.h"

namespace tinytorch::nn {

/// The options of Adam.
struct AdamOptions {
  double learning_rate = 0.001;
  double beta1 = 0.9;       ///< in [0, 1): decay of the running mean of the gradients
  double beta2 = 0.999;     ///< in [0, 1): decay of the running mean of the squared gradients
  double epsilon = 1e-8;    ///< added to the denominator
  double weight_decay = 0;  ///< L2 penalty: adds this times the parameter to the gradient
  bool amsgrad = false;     ///< divides by the root of the largest mean of squares so far (Reddi et al. 2018)
};

/// Adam (Kingma and Ba 2015, algorithm 1), as in PyTorch: divides the running mean of the gradients by the
/// square root of the running mean of their squares. The bias corrections count the steps of each parameter.
/// AdamStep has the formula.
class Adam : public Optimizer {
 public:
  /// @throws ValueError  an option is out of range, or as Optimizer::Optimizer()
  explicit Adam(std::vector<Variable> parameters, AdamOptions options = {});
  Adam(std::vector<ParameterGroup> groups, AdamOptions options);

 protected:
  /// @param name       the name of the optimizer, for error messages
  /// @param decoupled  decouples the weight decay from the gradient, as in AdamW
  Adam(const char* name, std::vector<ParameterGroup> groups, const AdamOptions& options, bool decoupled);

 private:
  void update(const OptimizerStep& step, std::span<ParameterUpdate> updates) override;

  AdamOptions options_;
  bool decoupled_;
};

/// The options of AdamW.
struct AdamWOptions {
  double learning_rate = 0.001;
  double beta1 = 0.9;          ///< as in AdamOptions
  double beta2 = 0.999;        ///< as in AdamOptions
  double epsilon = 1e-8;       ///< as in AdamOptions
  double weight_decay = 0.01;  ///< multiplies the parameter by 1 - learning_rate * weight_decay
  bool amsgrad = false;        ///< as in AdamOptions
};

/// AdamW: Adam with decoupled weight decay (Loshchilov and Hutter 2019, algorithm 2).
class AdamW : public Adam {
 public:
  /// @throws ValueError  an option is out of range, or as Optimizer::Optimizer()
  explicit AdamW(std::vector<Variable> parameters, AdamWOptions options = {});
  AdamW(std::vector<ParameterGroup> groups, AdamWOptions options);
};

}  // namespace tinytorch::nn
