#include "nn/optim/lion.h"

#include <utility>

namespace tinytorch::nn {

Lion::Lion(std::vector<Variable> parameters, LionOptions options)
    : Lion(one_group(std::move(parameters)), options) {}

Lion::Lion(std::vector<ParameterGroup> groups, LionOptions options)
    : Optimizer("Lion", std::move(groups), options.learning_rate, options.weight_decay, 1),
      options_(options) {
  require_rate("beta1", options.beta1);
  require_rate("beta2", options.beta2);
}

void Lion::update(const OptimizerStep& step, std::span<ParameterUpdate> updates) {
  lion_step({.learning_rate = step.learning_rate,
             .beta1 = options_.beta1,
             .beta2 = options_.beta2,
             .weight_decay = step.weight_decay},
            updates);
}

}  // namespace tinytorch::nn
