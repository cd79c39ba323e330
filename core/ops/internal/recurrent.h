#pragma once

#include "core/op_scope.h"
#include "core/ops/activation.h"
#include "core/ops/arithmetic.h"
#include "core/ops/composite.h"
#include "core/ops/math.h"
#include "core/ops/matmul.h"
#include "core/ops/recurrent.h"

// Internal: the gradients of the gates, a cell's step from the product of its input, and the definitions of
// the templates of core/ops/recurrent.h.
namespace tinytorch {

namespace detail {

/// The gradients of lstm_gates(), from that of its result; both inputs have the same one.
struct LstmGatesGradients {
  Tensor gates;
  Tensor cell;
};
LstmGatesGradients lstm_gates_gradient(const Tensor& grad, const Tensor& from_input,
                                       const Tensor& from_hidden, const Tensor& cell);

/// The gradients of gru_gates(), from that of its result.
struct GruGatesGradients {
  Tensor from_input;
  Tensor from_hidden;
  Tensor hidden;
};
GruGatesGradients gru_gates_gradient(const Tensor& grad, const Tensor& from_input, const Tensor& from_hidden,
                                     const Tensor& hidden);

template <TensorLike T>
T affine(const T& x, const T& weight, const T& bias) {
  return bias.defined() ? linear(x, weight, bias) : matmul(x, transpose(weight));
}
template <TensorLike T>
T from_input(const T& x, const CellWeights<T>& weights) {
  return affine(x, weights.input, weights.input_bias);
}
template <TensorLike T>
T from_hidden(const CellState<T>& state, const CellWeights<T>& weights) {
  return affine(state.hidden, weights.hidden, weights.hidden_bias);
}

// A cell's step from from_input(), which may be computed for all time steps at once.
template <TensorLike T>
CellState<T> rnn_step(const T& from_input, const CellState<T>& state, const CellWeights<T>& weights,
                      Nonlinearity nonlinearity) {
  const T sum = from_input + from_hidden(state, weights);
  return {nonlinearity == Nonlinearity::relu ? relu(sum) : tanh(sum)};
}
template <TensorLike T>
CellState<T> lstm_step(const T& from_input, const CellState<T>& state, const CellWeights<T>& weights) {
  const T both = lstm_gates(from_input, from_hidden(state, weights), state.cell);
  return {select(both, 0, 0), select(both, 0, 1)};
}
template <TensorLike T>
CellState<T> gru_step(const T& from_input, const CellState<T>& state, const CellWeights<T>& weights) {
  return {gru_gates(from_input, from_hidden(state, weights), state.hidden)};
}

}  // namespace detail

template <TensorLike T>
T rnn_cell(const T& x, const std::type_identity_t<T>& hidden,
           const CellWeights<std::type_identity_t<T>>& weights, Nonlinearity nonlinearity) {
  const OpScope scope("rnn_cell");
  return detail::rnn_step<T>(detail::from_input(x, weights), {hidden}, weights, nonlinearity).hidden;
}

template <TensorLike T>
CellState<T> lstm_cell(const T& x, const CellState<std::type_identity_t<T>>& state,
                       const CellWeights<std::type_identity_t<T>>& weights) {
  const OpScope scope("lstm_cell");
  return detail::lstm_step(detail::from_input(x, weights), state, weights);
}

template <TensorLike T>
T gru_cell(const T& x, const std::type_identity_t<T>& hidden,
           const CellWeights<std::type_identity_t<T>>& weights) {
  const OpScope scope("gru_cell");
  return detail::gru_step<T>(detail::from_input(x, weights), {hidden}, weights).hidden;
}

}  // namespace tinytorch

/// The templates of core/ops/recurrent.h for one of Tensor and Variable.
#define TINYTORCH_INSTANTIATE_RECURRENT(T)                                                  \
  template T rnn_cell<T>(const T&, const T&, const CellWeights<T>&, Nonlinearity);          \
  template CellState<T> lstm_cell<T>(const T&, const CellState<T>&, const CellWeights<T>&); \
  template T gru_cell<T>(const T&, const T&, const CellWeights<T>&)
