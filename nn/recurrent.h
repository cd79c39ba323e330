#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

#include "autograd/ops.h"
#include "core/ops/composite.h"
#include "core/ops/internal/recurrent.h"
#include "core/random.h"
#include "nn/module.h"

namespace tinytorch::nn {

/// What a recurrent layer is made of.
struct RecurrentOptions {
  std::int64_t layers = 1;     ///< stacked: each reads the output of the one before
  bool bidirectional = false;  ///< a second cell a layer reads the steps backwards; the outputs are joined
  bool batch_first = false;    ///< sequences are [N, T, ...] instead of [T, N, ...]; states stay as they are
  bool bias = true;
  DType dtype = DType::f32;
  Device device = Device::cpu();
  Generator* generator = nullptr;  ///< where the weights' numbers come from; null: default_generator()
};

/// What a recurrent layer makes of sequences: the hidden state of the last layer at each step [T, N, D H], D
/// being 2 where bidirectional, else 1; and the states behind the last step, [layers D, N, H], a layer's
/// directions beside each other.
template <TensorLike T>
struct RecurrentResult {
  T output;
  CellState<T> state;
};

/// Layers of recurrent cells over sequences [T, N, in]. Parameters, named as PyTorch's, for each layer k and
/// with the suffix _reverse for the second direction: weight_ih_lk [G H, in], weight_hh_lk [G H, H],
/// bias_ih_lk and bias_hh_lk [G H], with 1 gate (RNN), 4 (LSTM) or 3 (GRU); they start uniform within ±1 /
/// sqrt(H). Called as any layer it gives the output sequence.
class Recurrent : public Layer<Recurrent> {
 public:
  template <TensorLike T>
  T forward(const T& x) const {
    return run(x).output;
  }

  /// From an initial state, [layers D, N, H] as in the result; zeros where it is undefined.
  /// @throws ShapeError  x is not [T, N, in] (or [N, T, in]), has no steps, or the state does not fit
  /// @throws ValueError  the state has a cell where there is none, or only one of two parts
  template <TensorLike T>
  RecurrentResult<T> run(const T& x, const CellState<std::type_identity_t<T>>& initial = {}) const;

  void visit(Visitor& visitor) override;
  std::string description() const override;

  std::int64_t in_features() const { return in_features_; }
  std::int64_t hidden_features() const { return hidden_features_; }

 protected:
  enum class Cell { tanh, relu, lstm, gru };

  /// @throws ValueError  a number of features or layers is less than 1
  Recurrent(const char* name, Cell cell, std::int64_t in_features, std::int64_t hidden_features,
            const RecurrentOptions& options);

 private:
  std::size_t directions() const { return options_.bidirectional ? 2 : 1; }
  void check(const Shape& x, const Tensor& hidden, const Tensor& cell) const;
  void check_state(const char* part, const Tensor& state, std::int64_t batch) const;
  CellWeights<Parameter> make_weights(std::int64_t in) const;

  template <TensorLike T>
  CellWeights<T> weights(std::size_t place) const {
    const CellWeights<Parameter>& own = weights_[place];
    return {as<T>(own.input), as<T>(own.hidden), as<T>(own.input_bias), as<T>(own.hidden_bias)};
  }
  template <TensorLike T>
  CellState<T> state_before(const CellState<T>& initial, std::size_t place, const T& sequence) const;
  template <TensorLike T>
  CellState<T> step(const T& from_input, const CellState<T>& state, const CellWeights<T>& weights) const;
  template <TensorLike T>
  T scan(const T& sequence, std::size_t place, CellState<T>& state) const;

  const char* name_;
  Cell cell_;
  std::int64_t in_features_, hidden_features_;
  RecurrentOptions options_;
  std::vector<CellWeights<Parameter>> weights_;  // a layer's directions beside each other
};

/// rnn_cell() over sequences.
class RNN : public Recurrent {
 public:
  RNN(std::int64_t in_features, std::int64_t hidden_features, const RecurrentOptions& options = {},
      Nonlinearity nonlinearity = Nonlinearity::tanh)
      : Recurrent("RNN", nonlinearity == Nonlinearity::relu ? Cell::relu : Cell::tanh, in_features,
                  hidden_features, options) {}
};

/// lstm_cell() over sequences; its state has a hidden and a cell part.
class LSTM : public Recurrent {
 public:
  LSTM(std::int64_t in_features, std::int64_t hidden_features, const RecurrentOptions& options = {})
      : Recurrent("LSTM", Cell::lstm, in_features, hidden_features, options) {}
};

/// gru_cell() over sequences.
class GRU : public Recurrent {
 public:
  GRU(std::int64_t in_features, std::int64_t hidden_features, const RecurrentOptions& options = {})
      : Recurrent("GRU", Cell::gru, in_features, hidden_features, options) {}
};

// Definitions of the templates.

namespace detail {
/// Appends the places of the first axis. By halves, because the gradient of a slice is as large as what it
/// was cut from: T slices of the whole would cost T² steps' worth of memory traffic, these cost T log T.
template <TensorLike T>
void append_steps(const T& x, std::vector<T>& steps) {
  const std::int64_t length = x.size(0);
  if (length == 1) return steps.push_back(squeeze(x, 0));
  append_steps(slice(x, 0, 0, length / 2), steps);
  append_steps(slice(x, 0, length / 2), steps);
}
}  // namespace detail

template <TensorLike T>
CellState<T> Recurrent::state_before(const CellState<T>& initial, std::size_t place,
                                     const T& sequence) const {
  const auto part = [&](const T& given) -> T {
    if (given.defined()) return select(given, 0, static_cast<std::int64_t>(place));
    return zeros({sequence.size(1), hidden_features_},
                 {.dtype = sequence.dtype(), .device = sequence.device()});
  };
  return {part(initial.hidden), cell_ == Cell::lstm ? part(initial.cell) : T()};
}

template <TensorLike T>
CellState<T> Recurrent::step(const T& from_input, const CellState<T>& state,
                             const CellWeights<T>& weights) const {
  namespace ops = tinytorch::detail;
  if (cell_ == Cell::lstm) return ops::lstm_step(from_input, state, weights);
  if (cell_ == Cell::gru) return ops::gru_step(from_input, state, weights);
  return ops::rnn_step(from_input, state, weights,
                       cell_ == Cell::relu ? Nonlinearity::relu : Nonlinearity::tanh);
}

/// One direction of one layer. The input's product is one for all steps.
template <TensorLike T>
T Recurrent::scan(const T& sequence, std::size_t place, CellState<T>& state) const {
  const bool backwards = place % directions() == 1;
  const CellWeights<T> own = weights<T>(place);
  std::vector<T> steps;
  detail::append_steps(tinytorch::detail::from_input(sequence, own), steps);
  for (std::size_t i = 0; i < steps.size(); ++i) {
    T& at = steps[backwards ? steps.size() - 1 - i : i];
    state = step(at, state, own);
    at = state.hidden;
  }
  return stack(steps);
}

template <TensorLike T>
RecurrentResult<T> Recurrent::run(const T& x, const CellState<std::type_identity_t<T>>& initial) const {
  check(x.shape(), value_of(initial.hidden), value_of(initial.cell));
  T sequence = options_.batch_first ? transpose(x, 0, 1) : x;
  std::vector<T> hidden, cell;
  for (std::size_t place = 0; place < weights_.size();) {
    std::vector<T> outputs;
    for (std::size_t direction = 0; direction < directions(); ++direction, ++place) {
      CellState<T> state = state_before(initial, place, sequence);
      outputs.push_back(scan(sequence, place, state));
      hidden.push_back(state.hidden);
      cell.push_back(state.cell);
    }
    sequence = outputs.size() == 1 ? outputs.front() : concat(outputs, -1);
  }
  return {options_.batch_first ? transpose(sequence, 0, 1) : sequence,
          {stack(hidden), cell_ == Cell::lstm ? stack(cell) : T()}};
}

}  // namespace tinytorch::nn
