#include "nn/optim/rmsprop.h"

#include <utility>

namespace tinytorch::nn {

RMSprop::RMSprop(std::vector<Variable> parameters, RMSpropOptions options)
    : RMSprop(one_group(std::move(parameters)), options) {}

RMSprop::RMSprop(std::vector<ParameterGroup> groups, RMSpropOptions options)
    : Optimizer("RMSprop", std::move(groups), options.learning_rate, options.weight_decay,
                options.centered        ? 3
                : options.momentum != 0 ? 2
                                        : 1),
      options_(options) {
  require_rate("alpha", options.alpha);
  require_not_negative("epsilon", options.epsilon);
  require_rate("momentum", options.momentum);
}

void RMSprop::update(const OptimizerStep& step, std::span<ParameterUpdate> updates) {
  rmsprop_step({.learning_rate = step.learning_rate,
                .alpha = options_.alpha,
                .epsilon = options_.epsilon,
                .weight_decay = step.weight_decay,
                .momentum = options_.momentum},
               updates);
}

}  // namespace tinytorch::nn
