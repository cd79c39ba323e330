#include "nn/optim/sgd.h"

#include <utility>

#include "core/internal/format.h"

namespace tinytorch::nn {

SGD::SGD(std::vector<Variable> parameters, SGDOptions options)
    : SGD(one_group(std::move(parameters)), options) {}

SGD::SGD(std::vector<ParameterGroup> groups, SGDOptions options)
    : Optimizer("SGD", std::move(groups), options.learning_rate, options.weight_decay,
                options.momentum == 0 ? 0 : 1),
      options_(options) {
  require_rate("momentum", options.momentum);
  if (options.nesterov && options.momentum == 0)
    fail<ValueError>("SGD", "nesterov looks ahead along the momentum, but momentum is 0; set momentum");
  require_not_negative("dampening", options.dampening);
  if (options.nesterov && options.dampening != 0)
    fail<ValueError>("SGD", "dampening is {}, but nesterov takes none; leave one of them out",
                     options.dampening);
}

void SGD::update(const OptimizerStep& step, std::span<ParameterUpdate> updates) {
  sgd_step({.learning_rate = step.learning_rate,
            .momentum = options_.momentum,
            .weight_decay = step.weight_decay,
            .nesterov = options_.nesterov,
            .dampening = step.t == 1 ? 0 : options_.dampening},
           updates);
}

}  // namespace tinytorch::nn
