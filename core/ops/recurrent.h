#pragma once

#include <type_traits>

#include "core/tensor.h"

/// Recurrent cells: one time step of an Elman network, an LSTM or a GRU. nn/recurrent.h has the layers. H is
/// the number of hidden features.
/// ```cpp
/// const CellWeights<Tensor> weights{.input = randn({4 * 8, 3}), .hidden = randn({4 * 8, 8})};
/// CellState<Tensor> state{.hidden = zeros({2, 8}), .cell = zeros({2, 8})};
/// for (int t = 0; t < 5; ++t) state = lstm_cell(randn({2, 3}), state, weights);
/// ```
namespace tinytorch {

/// The elementwise part of an LSTM step (Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al.
/// 2000). With i, f, g, o the four chunks of from_input + from_hidden along the last axis:
///     c' = sigmoid(f) * c + sigmoid(i) * tanh(g)
///     h' = sigmoid(o) * tanh(c')
/// @param from_input   the input times its weight, [..., 4 * H]
/// @param from_hidden  the hidden state times its weight, [..., 4 * H]
/// @param cell         c, [..., H]
/// @return             h' and c', stacked: [2, ..., H]
/// @throws ShapeError   the shapes do not fit each other
/// @throws DTypeError   the operands are not floating or have different dtypes
/// @throws DeviceError  the operands are on different devices
Tensor lstm_gates(const Tensor& from_input, const Tensor& from_hidden, const Tensor& cell);

/// The elementwise part of a GRU step (Cho et al. 2014, with the reset gate after the product, as in cuDNN
/// and PyTorch). With r, z, n the three chunks of from_input and R, Z, N those of from_hidden along the last
/// axis:
///     r' = sigmoid(r + R),  z' = sigmoid(z + Z),  n' = tanh(n + r' * N)
///     h' = (1 - z') * n' + z' * h
/// @param from_input   the input times its weight, [..., 3 * H]
/// @param from_hidden  the hidden state times its weight, [..., 3 * H]
/// @param hidden       h, [..., H]
/// @return             h', [..., H]
/// @throws as lstm_gates()
Tensor gru_gates(const Tensor& from_input, const Tensor& from_hidden, const Tensor& hidden);

/// The weights of a cell with G gates: 1 in an Elman network, 4 in an LSTM, 3 in a GRU.
template <TensorLike T>
struct CellWeights {
  T input;             ///< [G * H, in]
  T hidden;            ///< [G * H, H]
  T input_bias = {};   ///< [G * H], or undefined for no bias
  T hidden_bias = {};  ///< [G * H], or undefined for no bias
};

/// The state of a cell after a time step.
template <TensorLike T>
struct CellState {
  T hidden;     ///< [..., H]
  T cell = {};  ///< [..., H] in an LSTM, otherwise undefined

  /// The same state as constants, which backward() does not go beyond; of Tensors, the state itself.
  /// Truncated backpropagation through time starts each part of a sequence from the detached state of the
  /// previous one.
  CellState detach() const {
    if constexpr (std::is_same_v<T, Tensor>) {
      return *this;
    } else {
      return {hidden.detach(), cell.detach()};
    }
  }
};

/// The activation of an Elman network's cell.
enum class Nonlinearity { tanh, relu };

/// One step of an Elman network, for Tensor and Variable: f(x W_inputᵀ + b_input + h W_hiddenᵀ + b_hidden),
/// where f is the nonlinearity.
/// @param x       [..., in]
/// @param hidden  [..., H]
/// @return        [..., H]
/// @throws as linear(), add() and the activation
template <TensorLike T>
T rnn_cell(const T& x, const std::type_identity_t<T>& hidden,
           const CellWeights<std::type_identity_t<T>>& weights,
           Nonlinearity nonlinearity = Nonlinearity::tanh);

/// One step of an LSTM, for Tensor and Variable. The gates are in PyTorch's order, i, f, g, o.
/// @param x      [..., in]
/// @param state  hidden and cell, each [..., H]
/// @return       the next state
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
