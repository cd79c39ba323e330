#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

#include "autograd/ops.h"
#include "core/ops/internal/cell_scan.h"
#include "core/ops/recurrent.h"
#include "core/random.h"
#include "nn/module.h"

/// Recurrent layers over sequences [T, N, in], where T is the number of time steps and N the size of the
/// batch. The output is a sequence [T, N, D * H], where H is the number of hidden features, and D the number
/// of directions: 2 if bidirectional, otherwise 1.
///
/// ```cpp
/// const nn::LSTM lstm(8, 16, {.layers = 2});
/// const auto [output, state] = lstm.run(randn({5, 3, 8}));  // output [5, 3, 16], state.hidden [2, 3, 16]
/// const auto next = lstm.run(randn({5, 3, 8}), state);      // continues from that state
/// ```
///
/// When training continues from the state of an earlier training step, pass state.detach(): the step's
/// backward() has freed its graph.
namespace tinytorch::nn {

/// The options of a recurrent layer.
struct RecurrentOptions {
  std::int64_t layers = 1;     ///< number of stacked layers; each reads the output of the previous one
  bool bidirectional = false;  ///< each layer has a second cell, which reads the sequence in reverse
  bool batch_first = false;    ///< sequences are [N, T, ...] instead of [T, N, ...]; states are unchanged
  bool bias = true;
  DType dtype = DType::f32;
  Device device = Device::cpu();
  Generator* generator = nullptr;  ///< for the initial weights; null: default_generator()
};

/// The result of a recurrent layer.
template <TensorLike T>
struct RecurrentResult {
  T output;            ///< the hidden states of the last layer after each step, [T, N, D * H]
  CellState<T> state;  ///< of all layers after the last step, [layers * D, N, H]; the directions of a layer
                       ///< are adjacent
};

/// The base of the recurrent layers. A call gives the output sequence; run() also gives the final state.
///
/// Parameters, named as in PyTorch, for each layer k and with G gates (RNN 1, LSTM 4, GRU 3): weight_ih_lk
/// [G * H, in] (after the first layer [G * H, D * H]), weight_hh_lk [G * H, H], bias_ih_lk [G * H] and
/// bias_hh_lk [G * H]. Those of the second direction have the suffix _reverse. They are initially uniform in
/// ±1 / sqrt(H). The dtypes of input and parameters promote: an f64 sequence gives f64 results, also of an
/// f32 layer. LSTM and GRU throw DTypeError for a state of another dtype than the result's, and for an f32
/// sequence with an f64 layer.
class Recurrent : public Layer<Recurrent> {
 public:
  /// The output sequence for an initial state of zeros.
  /// @throws ShapeError  as run()
  template <TensorLike T>
  T forward(const T& x) const {
    return run(x).output;
  }

  /// The output sequence and the final state.
  /// @param x        [T, N, in], or [N, T, in] with batch_first
  /// @param initial  the state before the first step, [layers * D, N, H]; undefined: zeros
  /// @throws ShapeError  x has another shape or no steps, or the state does not fit
  /// @throws ValueError  the state has a cell but the layer is not an LSTM, or only one of hidden and cell is
  ///                     defined for an LSTM
  template <TensorLike T>
  RecurrentResult<T> run(const T& x, const CellState<std::type_identity_t<T>>& initial = {}) const;

  void visit(Visitor& visitor) override;
  std::string description() const override;

  std::int64_t in_features() const { return in_features_; }
  std::int64_t hidden_features() const { return hidden_features_; }

 protected:
  using CellType = tinytorch::detail::CellType;

  /// @param name  the name of the layer, for error messages
  /// @throws ValueError  in_features, hidden_features or layers is less than 1
  Recurrent(const char* name, CellType cell_type, std::int64_t in_features, std::int64_t hidden_features,
            const RecurrentOptions& options);

 private:
  std::size_t directions() const { return options_.bidirectional ? 2 : 1; }
  void check(const Shape& x, const Tensor& hidden, const Tensor& cell) const;
  void check_state(const char* part, const Tensor& state, std::int64_t batch) const;
  CellWeights<Parameter> make_weights(std::int64_t in) const;
  /// The dtype of the states.
  DType scan_dtype(const Tensor& from_input, const Tensor& state, DType weight) const;

  template <TensorLike T>
  CellState<T> initial_state(const CellState<T>& initial, std::size_t cell, const T& sequence) const;
  template <TensorLike T>
  T scan(const T& sequence, std::size_t cell, CellState<T>& state) const;

  const char* name_;
  CellType cell_type_;
  std::int64_t in_features_, hidden_features_;
  RecurrentOptions options_;
  std::vector<CellWeights<Parameter>> weights_;  // of each cell: cell = layer * directions() + direction
};

/// Elman network: rnn_cell() at each step of a sequence.
class RNN : public Recurrent {
 public:
  /// @throws ValueError  in_features, hidden_features or layers is less than 1
  RNN(std::int64_t in_features, std::int64_t hidden_features, const RecurrentOptions& options = {},
      Nonlinearity nonlinearity = Nonlinearity::tanh)
      : Recurrent("RNN", nonlinearity == Nonlinearity::relu ? CellType::relu : CellType::tanh, in_features,
                  hidden_features, options) {}
};

/// Long short-term memory: lstm_cell() at each step of a sequence. Its state consists of hidden and cell.
class LSTM : public Recurrent {
 public:
  /// @throws ValueError  in_features, hidden_features or layers is less than 1
  LSTM(std::int64_t in_features, std::int64_t hidden_features, const RecurrentOptions& options = {})
      : Recurrent("LSTM", CellType::lstm, in_features, hidden_features, options) {}
};

/// Gated recurrent unit: gru_cell() at each step of a sequence.
class GRU : public Recurrent {
 public:
  /// @throws ValueError  in_features, hidden_features or layers is less than 1
  GRU(std::int64_t in_features, std::int64_t hidden_features, const RecurrentOptions& options = {})
      : Recurrent("GRU", CellType::gru, in_features, hidden_features, options) {}
};

}  // namespace tinytorch::nn
