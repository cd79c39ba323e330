#include "nn/recurrent.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/ops/creation.h"
#include "core/ops/random.h"
#include "tests/nn/layer_checks.h"
#include "tests/support/gradcheck_options.h"

namespace tinytorch::testing {
namespace {

using Values = std::vector<double>;
enum class Kind { tanh, relu, lstm, gru };

double sigmoid_of(double x) { return 1 / (1 + std::exp(-x)); }

/// A matrix [rows, columns] of a state dict times a vector, plus a bias.
Values affine(const Tensor& weight, const Values& x, const Tensor& bias) {
  const Values w = weight.to_vector<double>();
  Values y = bias.to_vector<double>();
  for (std::size_t i = 0; i < y.size(); ++i) {
    for (std::size_t j = 0; j < x.size(); ++j) y[i] += w[i * x.size() + j] * x[j];
  }
  return y;
}

/// The reference of one cell with its state, for one sequence, by scalar loops.
struct PlainCell {
  Kind kind;
  Tensor weight, recurrent, bias, recurrent_bias;
  Values h, c;

  void step(const Values& x) {
    const Values a = affine(weight, x, bias), b = affine(recurrent, h, recurrent_bias);
    const std::size_t n = h.size();
    for (std::size_t j = 0; j < n; ++j) {
      const auto sum = [&](std::size_t gate) { return a[gate * n + j] + b[gate * n + j]; };
      if (kind == Kind::tanh) h[j] = std::tanh(sum(0));
      if (kind == Kind::relu) h[j] = std::max(0.0, sum(0));
      if (kind == Kind::lstm) {
        c[j] = sigmoid_of(sum(1)) * c[j] + sigmoid_of(sum(0)) * std::tanh(sum(2));
        h[j] = sigmoid_of(sum(3)) * std::tanh(c[j]);
      }
      if (kind == Kind::gru) {
        const double update = sigmoid_of(sum(1));
        const double candidate = std::tanh(a[2 * n + j] + sigmoid_of(sum(0)) * b[2 * n + j]);
        h[j] = (1 - update) * candidate + update * h[j];
      }
    }
  }
};

/// The reference of a layer: x [T, N, in] from states [cells, N, H], by scalar loops.
struct Plain {
  Values output, hidden, cell;
};
struct Setting {
  Kind kind;
  std::size_t layers, directions;
};

Plain plain(const Setting& setting, const nn::StateDict& weights, const Tensor& x, const Tensor& h0,
            const Tensor& c0) {
  const auto steps = static_cast<std::size_t>(x.size(0)), batch = static_cast<std::size_t>(x.size(1));
  const auto width = static_cast<std::size_t>(h0.size(2));
  const Values first = x.to_vector<double>(), h = h0.to_vector<double>(), c = c0.to_vector<double>();
  Plain result{Values(steps * batch * setting.directions * width), h, c};
  for (std::size_t n = 0; n < batch; ++n) {
    std::vector<Values> sequence(steps);
    const std::size_t in = first.size() / steps / batch;
    for (std::size_t t = 0; t < steps; ++t) {
      const auto at = first.begin() + static_cast<std::ptrdiff_t>((t * batch + n) * in);
      sequence[t].assign(at, at + static_cast<std::ptrdiff_t>(in));
    }
    for (std::size_t layer = 0; layer < setting.layers; ++layer) {
      std::vector<Values> next(steps);
      for (std::size_t direction = 0; direction < setting.directions; ++direction) {
        const std::string suffix = "_l" + std::to_string(layer) + (direction == 1 ? "_reverse" : "");
        const std::size_t at = ((layer * setting.directions + direction) * batch + n) * width;
        PlainCell cell{setting.kind,
                       weights.at("weight_ih" + suffix),
                       weights.at("weight_hh" + suffix),
                       weights.at("bias_ih" + suffix),
                       weights.at("bias_hh" + suffix),
                       Values(width),
                       Values(width)};
        std::copy_n(h.begin() + static_cast<std::ptrdiff_t>(at), width, cell.h.begin());
        std::copy_n(c.begin() + static_cast<std::ptrdiff_t>(at), width, cell.c.begin());
        std::vector<Values> outputs(steps);
        for (std::size_t i = 0; i < steps; ++i) {
          const std::size_t t = direction == 1 ? steps - 1 - i : i;
          cell.step(sequence[t]);
          outputs[t] = cell.h;
        }
        for (std::size_t t = 0; t < steps; ++t)
          next[t].insert(next[t].end(), outputs[t].begin(), outputs[t].end());
        std::copy(cell.h.begin(), cell.h.end(), result.hidden.begin() + static_cast<std::ptrdiff_t>(at));
        std::copy(cell.c.begin(), cell.c.end(), result.cell.begin() + static_cast<std::ptrdiff_t>(at));
      }
      sequence = std::move(next);
    }
    for (std::size_t t = 0; t < steps; ++t) {
      std::copy(
          sequence[t].begin(), sequence[t].end(),
          result.output.begin() + static_cast<std::ptrdiff_t>((t * batch + n) * setting.directions * width));
    }
  }
  return result;
}

void expect_plain(const nn::Recurrent& layer, const Setting& setting, bool batch_first = false) {
  const Options exact{.dtype = DType::f64, .device = backend()};
  const auto cells = static_cast<std::int64_t>(setting.layers * setting.directions);
  const Tensor x = randn({5, 3, 4}, exact), h = randn({cells, 3, 6}, exact), c = randn({cells, 3, 6}, exact);
  const bool has_cell = setting.kind == Kind::lstm;
  const auto result =
      layer.run(batch_first ? contiguous(transpose(x, 0, 1)) : x, {h, has_cell ? c : Tensor()});
  const Plain expected = plain(setting, layer.state_dict(), x, h, c);
  const Tensor output = batch_first ? transpose(result.output, 0, 1) : result.output;
  const auto width = static_cast<std::int64_t>(6 * setting.directions);
  EXPECT_TENSOR_NEAR(output, from_values(expected.output, {5, 3, width}));
  EXPECT_TENSOR_NEAR(result.state.hidden, from_values(expected.hidden, {cells, 3, 6}));
  if (has_cell) {
    EXPECT_TENSOR_NEAR(result.state.cell, from_values(expected.cell, {cells, 3, 6}));
  }
  EXPECT_EQ(result.state.cell.defined(), has_cell);
}

TEST(Recurrent, ComputesWhatPlainLoopsDo) {
  const nn::RecurrentOptions one{.dtype = DType::f64, .device = backend()};
  const nn::RecurrentOptions more{
      .layers = 2, .bidirectional = true, .dtype = DType::f64, .device = backend()};
  expect_plain(nn::RNN(4, 6, one), {Kind::tanh, 1, 1});
  expect_plain(nn::RNN(4, 6, more, Nonlinearity::relu), {Kind::relu, 2, 2});
  expect_plain(nn::LSTM(4, 6, one), {Kind::lstm, 1, 1});
  expect_plain(nn::LSTM(4, 6, more), {Kind::lstm, 2, 2});
  expect_plain(nn::GRU(4, 6, one), {Kind::gru, 1, 1});
  expect_plain(nn::GRU(4, 6, more), {Kind::gru, 2, 2});
}

TEST(Recurrent, TakesTheBatchFirst) {
  expect_plain(nn::GRU(4, 6, {.batch_first = true, .dtype = DType::f64, .device = backend()}),
               {Kind::gru, 1, 1}, true);
}

TEST(Recurrent, StartsFromZerosWhereNoStateIsGiven) {
  const nn::LSTM layer(2, 3, {.device = backend()});
  const Tensor x = randn({4, 2, 2}, {.device = backend()}), none = zeros({1, 2, 3}, {.device = backend()});
  EXPECT_TENSOR_EQ(layer(x), layer.run(x, {none, none}).output);
}

TEST(Recurrent, ContinuesFromItsState) {
  const nn::GRU layer(2, 3, {.device = backend()});
  const Tensor x = randn({6, 2, 2}, {.device = backend()});
  const auto first = layer.run(slice(x, 0, 0, 4));
  EXPECT_TENSOR_NEAR(layer.run(slice(x, 0, 4), first.state).output, slice(layer(x), 0, 4));
}

TEST(Recurrent, ContinuesTrainingFromADetachedState) {
  const nn::LSTM lstm(2, 3, {.device = backend()});
  const Variable x = ones({4, 1, 2}, {.device = backend()});
  const nn::RecurrentResult<Variable> first = lstm.run(x);
  sum(first.output).backward();
  EXPECT_THROW(sum(lstm.run(x, first.state).output).backward(), ValueError);
  const CellState<Variable> state = first.state.detach();
  EXPECT_FALSE(state.hidden.requires_grad() || state.cell.requires_grad());
  EXPECT_TENSOR_EQ(state.hidden, first.state.hidden);
  EXPECT_TENSOR_EQ(state.cell, first.state.cell);
  EXPECT_NO_THROW(sum(lstm.run(x, state).output).backward());
}

TEST(Recurrent, PromotesAnF64Sequence) {
  const Options f64{.dtype = DType::f64, .device = backend()};
  const Tensor x = zeros({2, 1, 4}, f64);
  const nn::RecurrentOptions f32_layer{.device = backend()};
  EXPECT_EQ(nn::RNN(4, 3, f32_layer)(x).dtype(), DType::f64);
  EXPECT_EQ(nn::LSTM(4, 3, f32_layer)(x).dtype(), DType::f64);
  EXPECT_EQ(nn::GRU(4, 3, f32_layer)(x).dtype(), DType::f64);
  EXPECT_THROW(nn::GRU(4, 3, f32_layer).run(x, {zeros({1, 1, 3}, {.device = backend()})}), DTypeError);
  const nn::LSTM f64_layer(4, 3, {.dtype = DType::f64, .device = backend()});
  EXPECT_ERROR(f64_layer(x.to(DType::f32)), DTypeError,
               "[LSTM] the state is f32, but the result would be f64; convert the sequence, the state or the "
               "layer with .to(dtype)");
  const Tensor hidden = zeros({1, 1, 3}, f64), cell = zeros({1, 1, 3}, {.device = backend()});
  EXPECT_THROW(f64_layer.run(x, {hidden, cell}), DTypeError);
}

TEST(CellState, OfTensorsOrWithoutACellCanBeDetached) {
  const Tensor hidden = ones({2, 3}, {.device = backend()});
  EXPECT_TENSOR_EQ(CellState<Tensor>{hidden}.detach().hidden, hidden);
  const CellState<Variable> state = CellState<Variable>{variable(hidden)}.detach();
  EXPECT_TENSOR_EQ(state.hidden, hidden);
  EXPECT_FALSE(state.cell.defined());
}

TEST(Recurrent, NamesItsParametersAsPyTorchDoes) {
  const nn::LSTM layer(2, 3, {.layers = 2, .bidirectional = true});
  const nn::StateDict state = layer.state_dict();
  EXPECT_EQ(state.size(), 16u);
  EXPECT_EQ(state.at("weight_ih_l0").shape(), (Shape{12, 2}));
  EXPECT_EQ(state.at("weight_ih_l1_reverse").shape(), (Shape{12, 6}));
  EXPECT_EQ(state.at("weight_hh_l1").shape(), (Shape{12, 3}));
  EXPECT_EQ(state.at("bias_hh_l0_reverse").shape(), (Shape{12}));
  EXPECT_EQ(layer.description(), "LSTM(2, 3, 2 layers, bidirectional)");
  EXPECT_EQ(nn::RNN(2, 3, {.batch_first = true, .bias = false}, Nonlinearity::relu).description(),
            "RNN(2, 3, relu, batch first, no bias)");
  nn::LSTM other(2, 3, {.layers = 2, .bidirectional = true});
  other.load_state_dict(state);
  const Tensor x = randn({3, 1, 2});
  EXPECT_TENSOR_EQ(other(x), layer(x));
}

TEST(Recurrent, BothModesAgree) {
  const Tensor x = randn({5, 3, 4}, {.device = backend()});
  const nn::RecurrentOptions options{.layers = 2, .device = backend()};
  expect_modes_agree(nn::RNN(4, 6, options), x);
  expect_modes_agree(nn::LSTM(4, 6, options), x);
  expect_modes_agree(nn::GRU(4, 6, {.bias = false, .device = backend()}), x);
}

TEST(Recurrent, GradientsAreThoseOfFiniteDifferences) {
  const Tensor x = randn({3, 2, 2});
  nn::RNN rnn(2, 2, {.bidirectional = true});
  nn::LSTM lstm(2, 2);
  nn::GRU gru(2, 2, {.bias = false});
  for (nn::Module* layer : std::vector<nn::Module*>{&rnn, &lstm, &gru}) {
    const GradcheckResult result = gradcheck_layer(*layer, x);
    EXPECT_TRUE(result) << layer->description() << ": " << result.message;
  }
}

// With create_graph, the rule computes by ops that can be differentiated again.
TEST(Recurrent, GradientsAreTheSameWhereTheyAreRecorded) {
  const Options exact{.dtype = DType::f64, .device = backend()};
  const nn::RecurrentOptions options{.bidirectional = true, .dtype = DType::f64, .device = backend()};
  nn::RNN tanh_layer(2, 3, options), relu_layer(2, 3, options, Nonlinearity::relu);
  nn::LSTM lstm(2, 3, options);
  nn::GRU gru(2, 3, {.bidirectional = true, .bias = false, .dtype = DType::f64, .device = backend()});
  for (nn::Recurrent* layer : std::vector<nn::Recurrent*>{&tanh_layer, &relu_layer, &lstm, &gru}) {
    const Variable x = variable(randn({4, 2, 2}, exact));
    std::vector<Variable> inputs = layer->parameters();
    inputs.push_back(x);
    const auto loss = [&] { return sum(square((*layer)(x))); };
    const std::vector<Variable> plain = gradients(loss(), inputs),
                                recorded = gradients(loss(), inputs, {.create_graph = true});
    for (std::size_t i = 0; i < inputs.size(); ++i)
      EXPECT_TENSOR_NEAR(plain[i].value(), recorded[i].value()) << layer->description() << ", input " << i;
  }
}

TEST(Recurrent, BringsGradientsToTheInitialState) {
  const Options exact{.dtype = DType::f64, .device = backend()};
  const nn::LSTM layer(2, 2, {.dtype = DType::f64, .device = backend()});
  const GradcheckResult result = gradcheck(
      [&](const std::vector<Variable>& at) {
        return layer.run(at[0], {at[1], at[2]}).state.cell;
      },
      {randn({2, 2, 2}, exact), randn({1, 2, 2}, exact), randn({1, 2, 2}, exact)}, gradcheck_options());
  EXPECT_TRUE(result) << result.message;
}

TEST(Cells, GradientsAreThoseOfFiniteDifferences) {
  const Options exact{.dtype = DType::f64, .device = backend()};
  const Tensor x = randn({2, 3}, exact), h = randn({2, 2}, exact), c = randn({2, 2}, exact);
  const auto checked = [&](std::int64_t gates, const auto& cell) {
    return gradcheck(
        [&](const std::vector<Variable>& at) {
          const CellWeights<Variable> weights{at[3], at[4], at[5], at[6]};
          return cell(at[0], CellState<Variable>{at[1], at[2]}, weights);
        },
        {x, h, c, randn({gates * 2, 3}, exact), randn({gates * 2, 2}, exact), randn({gates * 2}, exact),
         randn({gates * 2}, exact)},
        gradcheck_options());
  };
  const auto rnn = checked(1, [](const Variable& x, const auto& state, const auto& weights) {
    return rnn_cell(x, state.hidden, weights);
  });
  const auto lstm = checked(4, [](const Variable& x, const auto& state, const auto& weights) {
    const CellState<Variable> next = lstm_cell(x, state, weights);
    return concat(std::vector<Variable>{next.hidden, next.cell}, 1);
  });
  const auto gru = checked(3, [](const Variable& x, const auto& state, const auto& weights) {
    return gru_cell(x, state.hidden, weights);
  });
  EXPECT_TRUE(rnn) << rnn.message;
  EXPECT_TRUE(lstm) << lstm.message;
  EXPECT_TRUE(gru) << gru.message;
}

TEST(Recurrent, SaysWhatItTakes) {
  const nn::LSTM lstm(4, 6, {.device = backend()});
  const nn::GRU gru(4, 6, {.batch_first = true, .device = backend()});
  const Tensor x = zeros({5, 3, 4}, {.device = backend()});
  const Tensor state = zeros({1, 3, 6}, {.device = backend()});
  EXPECT_ERROR(lstm(zeros({5, 3, 2})), ShapeError, "[LSTM] input is [5, 3, 2]; wanted [steps, batch, 4]");
  EXPECT_ERROR(gru(zeros({5, 4})), ShapeError, "[GRU] input is [5, 4]; wanted [batch, steps, 4]");
  EXPECT_ERROR(lstm(zeros({0, 3, 4})), ShapeError,
               "[LSTM] the sequences of input [0, 3, 4] have no steps; wanted at least one");
  EXPECT_ERROR(
      gru.run(x, {state}), ShapeError,
      "[GRU] the initial hidden state is [1, 3, 6]; wanted [layers, batch, hidden], which is [1, 5, 6]");
  EXPECT_ERROR(gru.run(x, {state, state}), ValueError,
               "[GRU] the initial state has a cell, which only an LSTM has; leave it undefined");
  EXPECT_ERROR(lstm.run(x, {state}), ValueError,
               "[LSTM] only one part of the initial state is defined; give hidden and cell, or none");
  EXPECT_ERROR(
      lstm.run(x, {state, zeros({2, 3, 6})}), ShapeError,
      "[LSTM] the initial cell state is [2, 3, 6]; wanted [layers, batch, hidden], which is [1, 3, 6]");
  EXPECT_ERROR(
      nn::RNN(4, 6, {.bidirectional = true, .device = backend()}).run(x, {state}), ShapeError,
      "[RNN] the initial hidden state is [1, 3, 6]; wanted [layers * 2, batch, hidden], which is [2, 3, 6]");
  EXPECT_ERROR(nn::RNN(0, 3), ValueError, "[RNN] in_features is 0; it must be at least 1");
  EXPECT_ERROR(nn::RNN(3, 0), ValueError, "[RNN] hidden_features is 0; it must be at least 1");
  EXPECT_ERROR(nn::LSTM(4, std::int64_t{1} << 61), ShapeError,
               "[LSTM] the size 4 * 2305843009213693952 takes more than 63 bits");
  EXPECT_ERROR(nn::RNN(3, 3, {.layers = 0}), ValueError, "[RNN] layers is 0; it must be at least 1");
}

}  // namespace
}  // namespace tinytorch::testing
