#include "core/ops/recurrent.h"

#include "tests/torch/calls.h"

namespace tinytorch::torch_cases {
namespace {

/// The inputs from `first` on: two weights and, optionally, two biases.
CellWeights<Variable> weights_from(const Arguments& x, std::size_t first) {
  CellWeights<Variable> weights{.input = x[first], .hidden = x[first + 1]};
  if (x.size() > first + 2) {
    weights.input_bias = x[first + 2];
    weights.hidden_bias = x[first + 3];
  }
  return weights;
}

Call rnn_with(Nonlinearity nonlinearity) {
  return [nonlinearity](const Arguments& x) {
    return std::vector{rnn_cell(x[0], x[1], weights_from(x, 2), nonlinearity)};
  };
}

std::vector<Variable> gru_call(const Arguments& x) { return {gru_cell(x[0], x[1], weights_from(x, 2))}; }

std::vector<Variable> lstm_call(const Arguments& x) {
  const CellState<Variable> state =
      lstm_cell(x[0], CellState<Variable>{.hidden = x[1], .cell = x[2]}, weights_from(x, 3));
  return {state.hidden, state.cell};
}

}  // namespace

Calls recurrent_calls() {
  return {{"rnn_tanh", rnn_with(Nonlinearity::tanh)},
          {"rnn_relu", rnn_with(Nonlinearity::relu)},
          {"gru", gru_call},
          {"lstm", lstm_call}};
}

}  // namespace tinytorch::torch_cases
