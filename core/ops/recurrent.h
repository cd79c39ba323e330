#pragma once

#include <cstdint>
#include <type_traits>

#include "core/kernel.h"
#include "core/ops/activation.h"
#include "core/ops/composite.h"
#include "core/ops/math.h"
#include "core/ops/matmul.h"
#include "core/tensor.h"

namespace tinytorch {

/// The elementwise part of a step of an LSTM (Hochreiter and Schmidhuber 1997, with the forget gate of Gers
/// et al. 2000): with i, f, g, o the four parts of from_input + from_hidden [..., 4 H], c' = sigmoid(f) c +
/// sigmoid(i) tanh(g) and h' = sigmoid(o) tanh(c'). Gives h' and c', one behind the other: [2, ..., H].
/// @param cell  c, [..., H]
/// @throws ShapeError   these do not fit
/// @throws DTypeError   not floating, or not of one type
/// @throws DeviceError  different devices
Tensor lstm_gates(const Tensor& from_input, const Tensor& from_hidden, const Tensor& cell);

/// The elementwise part of a step of a GRU (Cho et al. 2014, with the reset gate behind the product, as in
/// cuDNN and PyTorch): with r, z, n the parts of from_input and R, Z, N those of from_hidden [..., 3 H],
/// r' = sigmoid(r + R), z' = sigmoid(z + Z), n' = tanh(n + r' N), and h' = (1 - z') n' + z' h.
/// @param hidden  h, [..., H]
/// @return        [..., H]
/// @throws        as lstm_gates()
Tensor gru_gates(const Tensor& from_input, const Tensor& from_hidden, const Tensor& hidden);

namespace detail {
/// The gradients of lstm_gates(), from that of its result; both inputs have the same one.
struct LstmGatesGradients {
  Tensor gates;
  Tensor cell;
};
/// The gradients of gru_gates().
struct GruGatesGradients {
  Tensor from_input;
  Tensor from_hidden;
  Tensor hidden;
};
LstmGatesGradients lstm_gates_gradient(const Tensor& grad, const Tensor& from_input,
                                       const Tensor& from_hidden, const Tensor& cell);
GruGatesGradients gru_gates_gradient(const Tensor& grad, const Tensor& from_input, const Tensor& from_hidden,
                                     const Tensor& hidden);
}  // namespace detail

/// The weights of a cell with G gates (1, 4 or 3): of its input [G H, in] and its hidden state [G H, H], and
/// a bias [G H] for each, undefined where there is none.
template <TensorLike T>
struct CellWeights {
  T input, hidden;
  T input_bias = {}, hidden_bias = {};
};

/// What a cell carries from step to step; the cell state is that of an LSTM alone.
template <TensorLike T>
struct CellState {
  T hidden;
  T cell = {};
};

/// What an Elman network's cell applies to the sum of its products.
enum class Nonlinearity { tanh, relu };

/// A cell's step, where the input's product is made already: that of all steps at once, say.
namespace detail {

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

/// One step of an Elman network: f(x W_inputᵀ + h W_hiddenᵀ + both biases). x [..., in] and h [..., H] give
/// [..., H].
template <TensorLike T>
T rnn_cell(const T& x, const std::type_identity_t<T>& hidden,
           const CellWeights<std::type_identity_t<T>>& weights,
           Nonlinearity nonlinearity = Nonlinearity::tanh) {
  return detail::rnn_step<T>(detail::from_input(x, weights), {hidden}, weights, nonlinearity).hidden;
}

/// One step of an LSTM; the gates are in PyTorch's order, i, f, g, o.
template <TensorLike T>
CellState<T> lstm_cell(const T& x, const CellState<std::type_identity_t<T>>& state,
                       const CellWeights<std::type_identity_t<T>>& weights) {
  return detail::lstm_step(detail::from_input(x, weights), state, weights);
}

/// One step of a GRU; the gates are in PyTorch's order, r, z, n.
template <TensorLike T>
T gru_cell(const T& x, const std::type_identity_t<T>& hidden,
           const CellWeights<std::type_identity_t<T>>& weights) {
  return detail::gru_step<T>(detail::from_input(x, weights), {hidden}, weights).hidden;
}

}  // namespace tinytorch
