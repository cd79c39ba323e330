#include "nn/recurrent.h"

#include <fmt/format.h>

#include <cmath>

#include "core/internal/format.h"
#include "core/ops/internal/recurrent.h"
#include "nn/init.h"

namespace tinytorch::nn {

namespace {

std::int64_t at_least_one(const char* layer, const char* what, std::int64_t count) {
  if (count < 1) fail<ValueError>(layer, "{} is {}; it must be at least 1", what, count);
  return count;
}

}  // namespace

Recurrent::Recurrent(const char* name, Cell cell, std::int64_t in_features, std::int64_t hidden_features,
                     const RecurrentOptions& options)
    : name_(name),
      cell_(cell),
      in_features_(at_least_one(name, "in_features", in_features)),
      hidden_features_(at_least_one(name, "hidden_features", hidden_features)),
      options_(options) {
  at_least_one(name, "layers", options.layers);
  const auto across = static_cast<std::int64_t>(directions());
  for (std::int64_t layer = 0; layer < options.layers; ++layer) {
    for (std::int64_t direction = 0; direction < across; ++direction)
      weights_.push_back(make_weights(layer == 0 ? in_features : hidden_features * across));
  }
  options_.generator = nullptr;  // which may not live as long
}

CellWeights<Parameter> Recurrent::make_weights(std::int64_t in) const {
  const std::int64_t gates = cell_ == Cell::lstm ? 4 : cell_ == Cell::gru ? 3 : 1;
  const std::int64_t out = gates * hidden_features_;
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
  for (std::size_t place = 0; place < weights_.size(); ++place) {
    const std::string suffix =
        fmt::format("_l{}{}", place / directions(), place % directions() == 1 ? "_reverse" : "");
    visitor.parameter("weight_ih" + suffix, weights_[place].input);
    visitor.parameter("weight_hh" + suffix, weights_[place].hidden);
    visitor.parameter("bias_ih" + suffix, weights_[place].input_bias);
    visitor.parameter("bias_hh" + suffix, weights_[place].hidden_bias);
  }
}

std::string Recurrent::description() const {
  return fmt::format("{}({}, {}{}{}{}{}{})", name_, in_features_, hidden_features_,
                     cell_ == Cell::relu ? ", relu" : "",
                     options_.layers > 1 ? fmt::format(", {} layers", options_.layers) : "",
                     options_.bidirectional ? ", bidirectional" : "",
                     options_.batch_first ? ", batch first" : "", options_.bias ? "" : ", no bias");
}

void Recurrent::check_state(const char* part, const Tensor& state, std::int64_t batch) const {
  const Shape wanted{static_cast<std::int64_t>(weights_.size()), batch, hidden_features_};
  if (state.defined() && state.shape() != wanted)
    fail<ShapeError>(name_, "the initial {} state is {}; wanted {}", part, state.shape(), wanted);
}

void Recurrent::check(const Shape& x, const Tensor& hidden, const Tensor& cell) const {
  if (x.size() != 3 || x[2] != in_features_) {
    fail<ShapeError>(name_, "input is {}; wanted {}, {}]", x, options_.batch_first ? "[N, T" : "[T, N",
                     in_features_);
  }
  if (x[options_.batch_first ? 1 : 0] == 0)
    fail<ShapeError>(name_, "the sequences of input {} have no steps; wanted at least one", x);
  if (cell_ != Cell::lstm && cell.defined())
    fail<ValueError>(name_, "the initial state has a cell, which only an LSTM has; leave it undefined");
  if (cell_ == Cell::lstm && cell.defined() != hidden.defined())
    fail<ValueError>(name_, "only one part of the initial state is defined; give hidden and cell, or none");
  check_state("hidden", hidden, x[options_.batch_first ? 0 : 1]);
  check_state("cell", cell, x[options_.batch_first ? 0 : 1]);
}

}  // namespace tinytorch::nn
