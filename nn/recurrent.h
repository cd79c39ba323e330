#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

#include "autograd/ops.h"
#include "core/ops/recurrent.h"
#include "core/random.h"
#include "nn/module.h"

/// Recurrent layers over sequences [T, N, in] of T steps in a batch of N. They give the output sequence
/// [T, N, D H], for H hidden features and D directions: 2 where bidirectional, else 1.
///
/// ```cpp
/// const nn::LSTM lstm(8, 16, {.layers = 2});
/// const auto [output, state] = lstm.run(randn({5, 3, 8}));  // output [5, 3, 16], state.hidden [2, 3, 16]
/// const auto next = lstm.run(randn({5, 3, 8}), state);      // continues from that state
/// ```
namespace tinytorch::nn {

/// The options of a recurrent layer.
struct RecurrentOptions {
  std::int64_t layers = 1;     ///< stacked: each reads the output of the one before
  bool bidirectional = false;  ///< a second cell in each layer reads the steps in reverse; outputs are joined
  bool batch_first = false;    ///< sequences are [N, T, ...] instead of [T, N, ...]; states stay as they are
  bool bias = true;
  DType dtype = DType::f32;
  Device device = Device::cpu();
  Generator* generator = nullptr;  ///< for the initial weights; null: default_generator()
};

/// The result of a recurrent layer.
template <TensorLike T>
struct RecurrentResult {
  T output;            ///< the hidden states of the last layer at each step, [T, N, D H]
  CellState<T> state;  ///< after the last step, [layers D, N, H]; the directions of a layer are adjacent
};

/// Base of the recurrent layers. Called as any layer it gives the output sequence.
///
/// Parameters, named as PyTorch's, for each layer k, with the suffix _reverse for the second direction, and G
/// gates (RNN 1, LSTM 4, GRU 3): weight_ih_lk [G H, in] (in layers after the first [G H, D H]), weight_hh_lk
/// [G H, H], bias_ih_lk and bias_hh_lk [G H]. They start uniform within ±1 / sqrt(H).
class Recurrent : public Layer<Recurrent> {
 public:
  /// The output sequence from an initial state of zeros.
  /// @throws ShapeError  as run()
  template <TensorLike T>
  T forward(const T& x) const {
    return run(x).output;
  }

  /// The output sequence and the final state.
  /// @param x        [T, N, in], or [N, T, in] where batch_first
  /// @param initial  the state before the first step, [layers D, N, H]; undefined: zeros
  /// @throws ShapeError  x has another shape or no steps, or the state does not fit
  /// @throws ValueError  the state has a cell but the layer is not an LSTM, or an LSTM is given only one of
  ///                     hidden and cell
  template <TensorLike T>
  RecurrentResult<T> run(const T& x, const CellState<std::type_identity_t<T>>& initial = {}) const;

  void visit(Visitor& visitor) override;
  std::string description() const override;

  std::int64_t in_features() const { return in_features_; }
  std::int64_t hidden_features() const { return hidden_features_; }

 protected:
  enum class CellType { tanh, relu, lstm, gru };

  /// @param name  the layer's, for messages
  /// @throws ValueError  in_features, hidden_features or layers is less than 1
  Recurrent(const char* name, CellType cell_type, std::int64_t in_features, std::int64_t hidden_features,
            const RecurrentOptions& options);

 private:
  std::size_t directions() const { return options_.bidirectional ? 2 : 1; }
  void check(const Shape& x, const Tensor& hidden, const Tensor& cell) const;
  void check_state(const char* part, const Tensor& state, std::int64_t batch) const;
  CellWeights<Parameter> make_weights(std::int64_t in) const;

  template <TensorLike T>
  CellState<T> initial_state(const CellState<T>& initial, std::size_t cell, const T& sequence) const;
  template <TensorLike T>
  CellState<T> step(const T& from_input, const CellState<T>& state, const CellWeights<T>& weights) const;
  template <TensorLike T>
  T scan(const T& sequence, std::size_t cell, CellState<T>& state) const;

  const char* name_;
  CellType cell_type_;
  std::int64_t in_features_, hidden_features_;
  RecurrentOptions options_;
  std::vector<CellWeights<Parameter>> weights_;  // of each cell: cell = layer * directions() + direction
};

/// Elman network: rnn_cell() over sequences.
class RNN : public Recurrent {
 public:
  /// @throws ValueError  in_features, hidden_features or layers is less than 1
  RNN(std::int64_t in_features, std::int64_t hidden_features, const RecurrentOptions& options = {},
      Nonlinearity nonlinearity = Nonlinearity::tanh)
      : Recurrent("RNN", nonlinearity == Nonlinearity::relu ? CellType::relu : CellType::tanh, in_features,
                  hidden_features, options) {}
};

/// Long short-term memory: lstm_cell() over sequences. Its state has a hidden and a cell part.
class LSTM : public Recurrent {
 public:
  /// @throws ValueError  in_features, hidden_features or layers is less than 1
  LSTM(std::int64_t in_features, std::int64_t hidden_features, const RecurrentOptions& options = {})
      : Recurrent("LSTM", CellType::lstm, in_features, hidden_features, options) {}
};

/// Gated recurrent unit: gru_cell() over sequences.
class GRU : public Recurrent {
 public:
  /// @throws ValueError  in_features, hidden_features or layers is less than 1
  GRU(std::int64_t in_features, std::int64_t hidden_features, const RecurrentOptions& options = {})
      : Recurrent("GRU", CellType::gru, in_features, hidden_features, options) {}
};

}  // namespace tinytorch::nn
