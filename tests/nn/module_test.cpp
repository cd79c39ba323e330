#include "nn/module.h"

#include <gtest/gtest.h>

#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/ops/copy.h"
#include "core/ops/creation.h"
#include "core/ops/random.h"
#include "nn/activation.h"
#include "nn/dense.h"
#include "nn/normalization.h"
#include "nn/recurrent.h"
#include "nn/sequential.h"
#include "tests/nn/layer_checks.h"

namespace tinytorch::testing {
namespace {

// A layer as a user writes one: a parameter, two buffers, a child, a parameter that is not trained.
class Centered : public nn::Layer<Centered> {
 public:
  template <TensorLike T>
  T forward(const T& x) const {
    return dense_(x - T(mean_)) * as<T>(gain_) + as<T>(frozen_);
  }
  void visit(nn::Visitor& visitor) override {
    visitor.parameter("gain", gain_);
    visitor.parameter("frozen", frozen_);
    visitor.buffer("mean", mean_);
    visitor.buffer("seen", seen_);
    visitor.child("dense", dense_);
  }
  const Tensor& mean() const { return mean_; }
  const Tensor& seen() const { return seen_; }

 private:
  Variable gain_ = variable(Tensor{2.0});
  Variable frozen_ = Tensor{0.5};
  Tensor mean_ = Tensor{1.0, 2.0};
  Tensor seen_ = Tensor{7};
  nn::Dense dense_{2, 3};
};

static_assert(!std::is_copy_constructible_v<nn::Dense> && !std::is_copy_assignable_v<nn::Dense>);
static_assert(std::is_nothrow_move_constructible_v<nn::Dense> &&
              std::is_nothrow_move_assignable_v<nn::Dense>);

std::vector<std::string> names_of(const nn::Module& module) {
  std::vector<std::string> names;
  for (const auto& [name, parameter] : module.named_parameters()) names.push_back(name);
  return names;
}

TEST(Module, ListsParametersInVisitingOrder) {
  const Centered module;
  EXPECT_EQ(names_of(module), (std::vector<std::string>{"gain", "frozen", "dense.weight", "dense.bias"}));
  EXPECT_EQ(module.parameters().size(), 4u);
}

TEST(Module, OwnLayersWorkInBothModes) {
  Centered module;
  module.to(backend());
  expect_modes_agree(module, randn({4, 2}, {.device = backend()}));
}

TEST(Module, ParametersAreHandlesToTheModulesOwn) {
  nn::Dense dense(2, 3);
  Variable weight = dense.parameters()[0];
  weight.set_value(zeros({3, 2}));
  EXPECT_TENSOR_EQ(dense.weight(), zeros({3, 2}));
}

TEST(Module, SetTrainableFreezesEveryParameter) {
  nn::Sequential model(nn::Dense(2, 3), nn::Dense(3, 1));
  model.set_trainable(false);
  EXPECT_FALSE(model(Variable(ones({4, 2}))).requires_grad());
  model[1].set_trainable(true);
  model.to(backend());
  sum(model(Variable(ones({4, 2}, {.device = backend()})))).backward();
  for (const auto& [name, parameter] : model.named_parameters()) {
    SCOPED_TRACE(name);
    EXPECT_EQ(parameter.requires_grad(), name.starts_with("1."));
    EXPECT_EQ(parameter.grad().defined(), name.starts_with("1."));
    EXPECT_EQ(parameter.device(), backend());
  }
  EXPECT_NE(model.summary().find("13 parameters (52 bytes), 4 of them trainable"), std::string::npos);
  model.zero_grad();
  model.set_trainable(true);
  sum(model(Variable(ones({4, 2}, {.device = backend()})))).backward();
  for (const Variable& parameter : model.parameters()) EXPECT_TRUE(parameter.grad().defined());
}

TEST(Module, LoadsAStateOfItsOwnValues) {
  nn::Sequential model{nn::Dense(1, 1, {.weight_init = nn::init::constant(2)}),
                       nn::Dense(1, 1, {.weight_init = nn::init::constant(3)})};
  model.to(backend());
  const std::vector<Variable> parameters = model.parameters();
  model.load_state_dict({{"0.weight", parameters[2].value()},
                         {"0.bias", parameters[1].value()},
                         {"1.weight", parameters[0].value()},
                         {"1.bias", parameters[3].value()}});
  EXPECT_TENSOR_EQ(parameters[0], {{3.0}});
  EXPECT_TENSOR_EQ(parameters[2], {{2.0}});
}

TEST(Module, TrainAndEvalReachEveryChild) {
  nn::Sequential model{nn::Sequential{nn::ReLU(), nn::ReLU()}, nn::ReLU()};
  auto& inner = dynamic_cast<nn::Sequential&>(model[0]);
  EXPECT_TRUE(model.is_training() && inner.is_training() && inner[1].is_training());
  model.eval();
  EXPECT_FALSE(model.is_training() || inner.is_training() || inner[1].is_training() ||
               model[1].is_training());
  model.train();
  EXPECT_TRUE(model.is_training() && inner.is_training() && inner[1].is_training() && model[1].is_training());
}

TEST(Module, ZeroGradForgetsEveryGradient) {
  Centered module;
  module.to(backend());
  sum(module(Variable(ones({4, 2}, {.device = backend()})))).backward();
  EXPECT_TRUE(module.parameters()[0].grad().defined());
  EXPECT_TRUE(module.parameters()[2].grad().defined());
  module.zero_grad();
  for (const Variable& parameter : module.parameters()) EXPECT_FALSE(parameter.grad().defined());
}

TEST(Module, ToChangesFloatingTypesAndLeavesIntegers) {
  Centered module;
  module.to(DType::f64);
  for (const Variable& parameter : module.parameters()) EXPECT_EQ(parameter.dtype(), DType::f64);
  EXPECT_TRUE(module.parameters()[0].requires_grad());
  EXPECT_FALSE(module.parameters()[1].requires_grad());
  EXPECT_EQ(module.mean().dtype(), DType::f64);
  EXPECT_EQ(module.seen().dtype(), DType::i64);
}

TEST(Module, ToDeviceMovesEverything) {
  Centered module;
  module.to(backend());
  for (const Variable& parameter : module.parameters()) EXPECT_EQ(parameter.device(), backend());
  EXPECT_EQ(module.mean().device(), backend());
  EXPECT_EQ(module.seen().device(), backend());
}

TEST(Module, ToKeepsGradientsWhereNothingMoves) {
  nn::Dense dense(2, 1, {.device = backend()});
  sum(dense(Variable(ones({1, 2}, {.device = backend()})))).backward();
  dense.to({.dtype = DType::f32, .device = backend()});
  EXPECT_TENSOR_EQ(dense.weight().grad(), {{1.0, 1.0}});
}

TEST(Module, ToRefusesIntegerTypes) {
  nn::Dense dense(2, 1);
  EXPECT_ERROR(dense.to(DType::i64), DTypeError,
               "[Module::to] parameters are floating; they cannot become i64");
}

TEST(Module, StateDictIsASnapshot) {
  nn::Dense dense(2, 1, {.weight_init = nn::init::constant(3), .device = backend()});
  const nn::StateDict state = dense.state_dict();
  Tensor weight = dense.weight().value();
  fill(weight, 0);
  EXPECT_TENSOR_EQ(state.at("weight"), {{3.0, 3.0}});
}

TEST(Module, StateDictRoundTripGivesTheSameModel) {
  Centered first, second;
  first.to(backend());
  second.to(backend());
  const Tensor x = randn({4, 2}, {.device = backend()});
  EXPECT_FALSE(equal(first(x), second(x)));
  nn::StateDict state = first.state_dict();
  EXPECT_EQ(state.size(), 6u);
  state["mean"] = Tensor{5.0, 6.0};
  state["seen"] = Tensor{9};
  second.load_state_dict(state);
  first.load_state_dict(state);
  EXPECT_TENSOR_EQ(second(x), first(x));
  EXPECT_TENSOR_EQ(second.mean(), {5.0, 6.0});
  EXPECT_TENSOR_EQ(second.seen(), {9});
}

TEST(Module, LoadStateDictConvertsTypes) {
  nn::Dense dense(1, 1, {.device = backend()});
  dense.load_state_dict({{"weight", Tensor{{2.5}}.to(DType::f64)}, {"bias", Tensor{4}}});
  EXPECT_TENSOR_EQ(dense.weight(), {{2.5}});
  EXPECT_TENSOR_EQ(dense.bias(), {4.0});
}

TEST(Module, LoadStateDictNamesAllThatDoesNotFitAndChangesNothing) {
  nn::Sequential model{nn::Dense(2, 1), nn::ReLU(), nn::Dense(1, 2)};
  const Tensor before = clone(model.parameters()[0].value());
  nn::StateDict state = model.state_dict();
  state["0.weight"] = zeros({1, 2});
  state.erase("0.bias");
  state.erase("2.weight");
  state["2.bias"] = zeros({3});
  state["3.weight"] = zeros({1});
  EXPECT_ERROR(model.load_state_dict(state), ValueError,
               "[load_state_dict] the state does not fit the model; missing: 0.bias, 2.weight; unexpected: "
               "3.weight; wrong shape: 2.bias is [3], the model's is [2]");
  EXPECT_TENSOR_EQ(model.parameters()[0], before);

  nn::StateDict checkpoint;
  for (const auto& [name, value] : model.state_dict()) checkpoint["model." + name] = value;
  EXPECT_ERROR(
      model.load_state_dict(checkpoint), ValueError,
      "[load_state_dict] the state does not fit the model; if it comes from a checkpoint, load that with "
      "nn::load_checkpoint(); missing: 0.bias, 0.weight, 2.bias, 2.weight; unexpected: "
      "model.0.bias, model.0.weight, model.2.bias, model.2.weight");
}

TEST(Module, SummaryIsATable) {
  const nn::Sequential model{nn::Dense(2, 4), nn::ReLU(), nn::Dense(4, 1), nn::Sigmoid()};
  EXPECT_EQ(model.summary(),
            "Name  Layer        Parameters               Count\n"
            "0     Dense(2, 4)  weight [4, 2], bias [4]     12\n"
            "1     ReLU                                      0\n"
            "2     Dense(4, 1)  weight [1, 4], bias [1]      5\n"
            "3     Sigmoid                                   0\n"
            "Total: 17 parameters (68 bytes), 17 of them trainable\n");
}

TEST(Module, SummaryShowsOwnPartsBuffersAndLargeCounts) {
  const nn::Sequential model{Centered(), nn::Dense(3, 1000)};
  EXPECT_EQ(model.summary(),
            "Name     Layer           Parameters                                Count\n"
            "0        Centered        gain [1], frozen [1], mean [2], seen [1]      2\n"
            "0.dense  Dense(2, 3)     weight [3, 2], bias [3]                       9\n"
            "1        Dense(3, 1000)  weight [1000, 3], bias [1000]             4,000\n"
            "Total: 4,011 parameters (16,044 bytes), 4,010 of them trainable; buffers: 16 bytes\n");
  EXPECT_EQ(nn::Dense(1, 1, {.bias = false}).summary(),
            "Name  Layer                 Parameters     Count\n"
            "      Dense(1, 1, no bias)  weight [1, 1]      1\n"
            "Total: 1 parameters (4 bytes), 1 of them trainable\n");
}

TEST(Module, ThatWasMovedFromCannotBeCalled) {
  nn::Dense dense(2, 1);
  nn::LayerNorm norm(2);
  nn::BatchNorm1D batch_norm(2);
  nn::GRU gru(2, 1);
  Centered own;
  const auto expect_refusal = [](const nn::Module& layer, const std::string& name) {
    const Tensor x = zeros({2, 2});
    const std::string message = name + " this layer was moved from; call the one that it was moved to";
    EXPECT_ERROR(layer(x), ValueError, message);
    EXPECT_ERROR(layer(Variable(x)), ValueError, message);
  };
  const Tensor x = here(Tensor{{1.0, 2.0}});
  dense.to(backend());
  const Tensor y = dense(x);
  nn::Dense other = std::move(dense);
  const nn::Sequential model{std::move(norm), std::move(batch_norm), std::move(own)};
  const nn::GRU other_gru = std::move(gru);
  EXPECT_EQ(model.size(), 3u);
  EXPECT_EQ(other_gru.in_features(), 2);
  EXPECT_TENSOR_EQ(other(x), y);
  // NOLINTBEGIN(bugprone-use-after-move): the point of the test.
  expect_refusal(dense, "[Dense]");
  expect_refusal(norm, "[LayerNorm]");
  expect_refusal(batch_norm, "[BatchNorm1D]");
  expect_refusal(own, "[Centered]");
  expect_refusal(gru, "[GRU]");
  // NOLINTEND(bugprone-use-after-move)
  dense = std::move(other);
  EXPECT_TENSOR_EQ(dense(x), y);
  expect_refusal(other, "[Dense]");  // NOLINT(bugprone-use-after-move)
}

class Misnamed : public nn::Layer<Misnamed> {
 public:
  explicit Misnamed(std::vector<std::string> names) : names_(std::move(names)) {}
  template <TensorLike T>
  T forward(const T& x) const {
    return x;
  }
  void visit(nn::Visitor& visitor) override {
    for (const std::string& name : names_) visitor.parameter(name, weight_);
  }

 private:
  std::vector<std::string> names_;
  Variable weight_ = variable(ones({}));
};

class Computed : public nn::Layer<Computed> {
 public:
  template <TensorLike T>
  T forward(const T& x) const {
    return x;
  }
  void visit(nn::Visitor& visitor) override {
    visitor.parameter("root", root_);
    visitor.parameter("square", square_);
  }

 private:
  Variable root_ = variable(ones({})), square_ = root_ * root_;
};

TEST(Module, RefusesParametersThatAreResults) {
  Computed layer;
  const std::string message =
      "[Module::visit] parameter \"square\" is the result of mul; make it with variable()";
  EXPECT_ERROR(layer.set_trainable(false), ValueError, message);
  EXPECT_ERROR(layer.to(DType::f64), ValueError, message);
}

TEST(Module, RefusesNamesThatWouldLoseAPart) {
  EXPECT_ERROR(Misnamed({"w", "w"}).state_dict(), ValueError, "[Module::visit] two parts are named \"w\"");
  EXPECT_ERROR(Misnamed({"a.b"}).summary(), ValueError,
               "[Module::visit] \"a.b\" cannot name a part; a name has characters, none of them a dot");
  EXPECT_ERROR(Misnamed({""}).parameters(), ValueError,
               "[Module::visit] \"\" cannot name a part; a name has characters, none of them a dot");
}

}  // namespace
}  // namespace tinytorch::testing
