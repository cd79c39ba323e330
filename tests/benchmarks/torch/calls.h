#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include <torch/torch.h>

#include "tests/benchmarks/row.h"

namespace benchmarks {

using Tensors = std::vector<torch::Tensor>;
using OpCall = std::function<torch::Tensor(const Tensors& operands)>;

/// What PyTorch has for a row of the op table, by the row's name.
const std::map<std::string, OpCall>& op_calls();

/// Training steps and steps of optimizers, by the rows' names.
const std::map<std::string, std::function<Prepared()>>& step_calls();

}  // namespace benchmarks
