#pragma once

#include <type_traits>

#include "core/tensor.h"

/// Recurrent cells: one time step of an Elman network, an LSTM or a GRU. nn/recurrent.h has layers of them.
/// ```cpp
/// const CellWeights<Tensor> weights{.input = randn({4 * 8, 3}), .hidden = randn({4 * 8, 8})};
/// CellState<Tensor> state{.hidden = zeros({2, 8}), .cell = zeros({2, 8})};
/// for (int t = 0; t < 5; ++t) state = lstm_cell(randn({2, 3}), state, weights);
/// ```
namespace tinytorch {

/// The elementwise part of a step of an LSTM (Hochreiter and Schmidhuber 1997, with the forget gate of Gers
/// et al. 2000): with i, f, g, o the four chunks of from_input + from_hidden, c' = sigmoid(f) c + sigmoid(i)
/// tanh(g) and h' = sigmoid(o) tanh(c').
/// @param from_input   the product of the input, [..., 4 H]
/// @param from_hidden  the product of the hidden state, [..., 4 H]
/// @param cell         c, [..., H]
/// @return             h' and c', stacked: [2, ..., H]
/// @throws ShapeError   these do not fit
/// @throws DTypeError   not floating, or not of one dtype
/// @throws DeviceError  different devices
Tensor lstm_gates(const Tensor& from_input, const Tensor& from_hidden, const Tensor& cell);

/// The elementwise part of a step of a GRU (Cho et al. 2014, with the reset gate after the product, as in
/// cuDNN and PyTorch): with r, z, n the chunks of from_input and R, Z, N those of from_hidden, r' =
/// sigmoid(r + R), z' = sigmoid(z + Z), n' = tanh(n + r' N), and h' = (1 - z') n' + z' h.
/// @param from_input   the product of the input, [..., 3 H]
/// @param from_hidden  the product of the hidden state, [..., 3 H]
/// @param hidden       h, [..., H]
/// @return             h', [..., H]
/// @throws as lstm_gates()
Tensor gru_gates(const Tensor& from_input, const Tensor& from_hidden, const Tensor& hidden);

/// The weights of a cell with G gates (1, 4 or 3).
template <TensorLike T>
struct CellWeights {
  T input;             ///< [G H, in]
  T hidden;            ///< [G H, H]
  T input_bias = {};   ///< [G H]; undefined: none
  T hidden_bias = {};  ///< [G H]; undefined: none
};

/// What a cell carries from one time step to the next.
template <TensorLike T>
struct CellState {
  T hidden;     ///< [..., H]
  T cell = {};  ///< [..., H], of an LSTM; else undefined
};

/// The activation of an Elman network's cell.
enum class Nonlinearity { tanh, relu };

/// One step of an Elman network, for Tensor and Variable: f(x W_inputᵀ + h W_hiddenᵀ + both biases).
/// @param x       [..., in]
/// @param hidden  [..., H]
/// @return        [..., H]
/// @throws as linear(), add() and the activation
template <TensorLike T>
T rnn_cell(const T& x, const std::type_identity_t<T>& hidden,
           const CellWeights<std::type_identity_t<T>>& weights,
           Nonlinearity nonlinearity = Nonlinearity::tanh);

/// One step of an LSTM, for Tensor and Variable. The gates are in PyTorch's order, i, f, g, o.
/// @param x  [..., in]
/// @throws as linear() and lstm_gates()
template <TensorLike T>
CellState<T> lstm_cell(const T& x, const CellState<std::type_identity_t<T>>& state,
                       const CellWeights<std::type_identity_t<T>>& weights);

/// One step of a GRU, for Tensor and Variable. The gates are in PyTorch's order, r, z, n.
/// @param x       [..., in]
/// @param hidden  [..., H]
/// @return        [..., H]
/// @throws as linear() and gru_gates()
template <TensorLike T>
T gru_cell(const T& x, const std::type_identity_t<T>& hidden,
           const CellWeights<std::type_identity_t<T>>& weights);

}  // namespace tinytorch
