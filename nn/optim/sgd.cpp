#include "nn/optim/sgd.h"

#include <utility>

#include "core/format.h"

namespace tinytorch::nn {

SGD::SGD(std::vector<Variable> parameters, SGDOptions options)
    : Optimizer("SGD", std::move(parameters), options.learning_rate, options.momentum == 0 ? 0 : 1),
      options_(options) {
  require_rate("momentum", options.momentum);
  require_not_negative("weight_decay", options.weight_decay);
  if (options.nesterov && options.momentum == 0)
    fail<ValueError>("SGD", "nesterov looks ahead along the momentum, but momentum is 0");
}

void SGD::update(std::int64_t, std::span<ParameterUpdate> updates) {
  sgd_step({.learning_rate = learning_rate(),
            .momentum = options_.momentum,
            .weight_decay = options_.weight_decay,
            .nesterov = options_.nesterov},
           updates);
}

}  // namespace tinytorch::nn
