#include "nn/optim/adagrad.h"

#include <utility>

namespace tinytorch::nn {

Adagrad::Adagrad(std::vector<Variable> parameters, AdagradOptions options)
    : Adagrad(one_group(std::move(parameters)), options) {}

Adagrad::Adagrad(std::vector<ParameterGroup> groups, AdagradOptions options)
    : Optimizer("Adagrad", std::move(groups), options.learning_rate, options.weight_decay, 1),
      options_(options) {
  require_not_negative("learning_rate_decay", options.learning_rate_decay);
  require_not_negative("epsilon", options.epsilon);
  require_not_negative("initial_sum", options.initial_sum);
}

void Adagrad::update(const OptimizerStep& step, std::span<ParameterUpdate> updates) {
  const double decay = 1 + static_cast<double>(step.t - 1) * options_.learning_rate_decay;
  adagrad_step({.learning_rate = step.learning_rate / decay,
                .epsilon = options_.epsilon,
                .weight_decay = step.weight_decay,
                .initial = options_.initial_sum},
               updates);
}

}  // namespace tinytorch::nn
