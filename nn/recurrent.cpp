#include "nn/recurrent.h"

#include <fmt/format.h>

#include <cmath>

#include "autograd/internal/cell_scan.h"
#include "core/internal/checked.h"
#include "core/internal/format.h"
#include "core/ops/composite.h"
#include "core/ops/internal/check.h"
#include "core/ops/internal/recurrent.h"
#include "nn/init.h"

namespace tinytorch::nn {

namespace {

std::int64_t at_least_one(const char* layer, const char* what, std::int64_t value) {
  if (value < 1) fail<ValueError>(layer, "{} is {}; it must be at least 1", what, value);
  return value;
}

}  // namespace

Recurrent::Recurrent(const char* name, CellType cell_type, std::int64_t in_features,
                     std::int64_t hidden_features, const RecurrentOptions& options)
    : name_(name),
      cell_type_(cell_type),
      in_features_(at_least_one(name, "in_features", in_features)),
      hidden_features_(at_least_one(name, "hidden_features", hidden_features)),
      options_(options) {
  at_least_one(name, "layers", options.layers);
  const auto each_layer = static_cast<std::int64_t>(directions());
  const std::int64_t later_in = checked_mul(name, hidden_features, each_layer),
                     cells = checked_mul(name, options.layers, each_layer);
  for (std::int64_t cell = 0; cell < cells; ++cell)
    weights_.push_back(make_weights(cell < each_layer ? in_features : later_in));
  options_.generator = nullptr;  // it need not outlive the constructor
}

CellWeights<Parameter> Recurrent::make_weights(std::int64_t in) const {
  const OpScope scope(name_);
  const std::int64_t gates = cell_type_ == CellType::lstm ? 4 : cell_type_ == CellType::gru ? 3 : 1;
  const std::int64_t out = checked_mul(name_, gates, hidden_features_);
  Generator& generator = options_.generator ? *options_.generator : default_generator();
  const double bound = 1 / std::sqrt(static_cast<double>(hidden_features_));
  const auto made = [&](const Shape& shape) {
    return variable(
        init::uniform(-bound, bound)(shape, {.dtype = options_.dtype, .device = options_.device}, generator));
  };
  CellWeights<Parameter> weights{made({out, in}), made({out, hidden_features_})};
  if (options_.bias) {
    weights.input_bias = made({out});
    weights.hidden_bias = made({out});
  }
  return weights;
}

void Recurrent::visit(Visitor& visitor) {
  for (std::size_t cell = 0; cell < weights_.size(); ++cell) {
    const std::string suffix =
        fmt::format("_l{}{}", cell / directions(), cell % directions() == 1 ? "_reverse" : "");
    visitor.parameter("weight_ih" + suffix, weights_[cell].input);
    visitor.parameter("weight_hh" + suffix, weights_[cell].hidden);
    visitor.parameter("bias_ih" + suffix, weights_[cell].input_bias);
    visitor.parameter("bias_hh" + suffix, weights_[cell].hidden_bias);
  }
}

std::string Recurrent::description() const {
  return fmt::format("{}({}, {}{}{}{}{}{})", name_, in_features_, hidden_features_,
                     cell_type_ == CellType::relu ? ", relu" : "",
                     options_.layers > 1 ? fmt::format(", {} layers", options_.layers) : "",
                     options_.bidirectional ? ", bidirectional" : "",
                     options_.batch_first ? ", batch first" : "", options_.bias ? "" : ", no bias");
}

void Recurrent::check_state(const char* part, const Tensor& state, std::int64_t batch) const {
  const Shape wanted{static_cast<std::int64_t>(weights_.size()), batch, hidden_features_};
  if (state.defined() && state.shape() != wanted)
    fail<ShapeError>(name_, "the initial {} state is {}; wanted [{}, batch, hidden], which is {}", part,
                     state.shape(), directions() == 1 ? "layers" : "layers * 2", wanted);
}

void Recurrent::check(const Shape& x, const Tensor& hidden, const Tensor& cell) const {
  if (x.size() != 3 || x[2] != in_features_) {
    fail<ShapeError>(name_, "input is {}; wanted [{}, {}]", x,
                     options_.batch_first ? "batch, steps" : "steps, batch", in_features_);
  }
  if (x[options_.batch_first ? 1 : 0] == 0)
    fail<ShapeError>(name_, "the sequences of input {} have no steps; wanted at least one", x);
  if (cell_type_ != CellType::lstm && cell.defined())
    fail<ValueError>(name_, "the initial state has a cell, which only an LSTM has; leave it undefined");
  if (cell_type_ == CellType::lstm && cell.defined() != hidden.defined())
    fail<ValueError>(name_, "only one part of the initial state is defined; give hidden and cell, or none");
  check_state("hidden", hidden, x[options_.batch_first ? 0 : 1]);
  check_state("cell", cell, x[options_.batch_first ? 0 : 1]);
}

DType Recurrent::scan_dtype(const Tensor& from_input, const Tensor& state, DType weight) const {
  common_device(name_, {"the sequence", from_input}, {"the state", state});
  const DType dtype = promote(from_input.dtype(), promote(state.dtype(), weight));
  const bool is_gated = cell_type_ == CellType::lstm || cell_type_ == CellType::gru;
  if (is_gated && state.dtype() != dtype) {
    fail<DTypeError>(name_,
                     "the state is {}, but the result would be {}; convert the sequence, the state or the "
                     "layer with .to(dtype)",
                     state.dtype(), dtype);
  }
  return dtype;
}

template <TensorLike T>
CellState<T> Recurrent::initial_state(const CellState<T>& initial, std::size_t cell,
                                      const T& sequence) const {
  const auto state_or_zeros = [&](const T& state) -> T {
    if (state.defined()) return select(state, 0, static_cast<std::int64_t>(cell));
    return zeros({sequence.size(1), hidden_features_},
                 {.dtype = sequence.dtype(), .device = sequence.device()});
  };
  return {state_or_zeros(initial.hidden), cell_type_ == CellType::lstm ? state_or_zeros(initial.cell) : T()};
}

// The output sequence of one cell; `state` goes from the initial to the final one. One product computes what
// comes from the input for all steps.
template <TensorLike T>
T Recurrent::scan(const T& sequence, std::size_t cell, CellState<T>& state) const {
  const CellWeights<Parameter>& own = weights_[cell];
  const CellWeights<T> weights{as<T>(own.input), as<T>(own.hidden), as<T>(own.input_bias),
                               as<T>(own.hidden_bias)};
  const T from_input = tinytorch::detail::from_input(sequence, weights);
  const DType dtype = scan_dtype(value_of(from_input), value_of(state.hidden), own.hidden.dtype());
  std::vector<T> initial{state.hidden.to(dtype)};
  if (cell_type_ == CellType::lstm) {
    scan_dtype(value_of(from_input), value_of(state.cell), own.hidden.dtype());
    initial.push_back(state.cell);
  }
  const bool in_reverse = cell % directions() == 1;
  const T states = tinytorch::detail::scan_cells(tinytorch::detail::CellScan<T>{
      cell_type_, in_reverse, from_input.to(dtype), stack(initial), weights.hidden.to(dtype),
      weights.hidden_bias.defined() ? weights.hidden_bias.to(dtype) : T()});
  const T last = select(states, 0, in_reverse ? 0 : -1);
  state.hidden = select(last, 0, 0);
  if (cell_type_ == CellType::lstm) state.cell = select(last, 0, 1);
  return select(states, 1, 0);
}

template <TensorLike T>
RecurrentResult<T> Recurrent::run(const T& x, const CellState<std::type_identity_t<T>>& initial) const {
  check(x.shape(), value_of(initial.hidden), value_of(initial.cell));
  T sequence = options_.batch_first ? transpose(x, 0, 1) : x;
  std::vector<T> hidden, cells;
  for (std::size_t cell = 0; cell < weights_.size();) {
    std::vector<T> outputs;
    for (std::size_t direction = 0; direction < directions(); ++direction, ++cell) {
      CellState<T> state = initial_state(initial, cell, sequence);
      outputs.push_back(scan(sequence, cell, state));
      hidden.push_back(state.hidden);
      cells.push_back(state.cell);
    }
    sequence = outputs.size() == 1 ? outputs.front() : concat(outputs, -1);
  }
  return {options_.batch_first ? transpose(sequence, 0, 1) : sequence,
          {stack(hidden), cell_type_ == CellType::lstm ? stack(cells) : T()}};
}

template RecurrentResult<Tensor> Recurrent::run<Tensor>(const Tensor&, const CellState<Tensor>&) const;
template RecurrentResult<Variable> Recurrent::run<Variable>(const Variable&,
                                                            const CellState<Variable>&) const;

}  // namespace tinytorch::nn
