#include "nn/optim/adam.h"

#include <cmath>
#include <utility>

namespace tinytorch::nn {

Adam::Adam(std::vector<Variable> parameters, AdamOptions options)
    : Adam("Adam", one_group(std::move(parameters)), options, false) {}

Adam::Adam(std::vector<ParameterGroup> groups, AdamOptions options)
    : Adam("Adam", std::move(groups), options, false) {}

Adam::Adam(const char* name, std::vector<ParameterGroup> groups, const AdamOptions& options, bool decoupled)
    : Optimizer(name, std::move(groups), options.learning_rate, options.weight_decay,
                options.amsgrad ? 3 : 2),
      options_(options),
      decoupled_(decoupled) {
  require_rate("beta1", options.beta1);
  require_rate("beta2", options.beta2);
  require_not_negative("epsilon", options.epsilon);
}

void Adam::update(const OptimizerStep& step, std::span<ParameterUpdate> updates) {
  const auto t = static_cast<double>(step.t);
  adam_step({.learning_rate = step.learning_rate,
             .beta1 = options_.beta1,
             .beta2 = options_.beta2,
             .epsilon = options_.epsilon,
             .weight_decay = step.weight_decay,
             .decoupled = decoupled_,
             .correction1 = 1 - std::pow(options_.beta1, t),
             .correction2 = 1 - std::pow(options_.beta2, t)},
            updates);
}

AdamW::AdamW(std::vector<Variable> parameters, AdamWOptions options)
    : AdamW(one_group(std::move(parameters)), options) {}

AdamW::AdamW(std::vector<ParameterGroup> groups, AdamWOptions options)
    : Adam("AdamW", std::move(groups),
           {.learning_rate = options.learning_rate,
            .beta1 = options.beta1,
            .beta2 = options.beta2,
            .epsilon = options.epsilon,
            .weight_decay = options.weight_decay,
            .amsgrad = options.amsgrad},
           true) {}

}  // namespace tinytorch::nn
