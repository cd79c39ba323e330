#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "autograd/ops.h"
#include "core/error.h"
#include "core/ops/creation.h"
#include "nn/optim/adagrad.h"
#include "nn/optim/adam.h"
#include "nn/optim/lion.h"
#include "nn/optim/rmsprop.h"
#include "nn/optim/sgd.h"
#include "tests/nn/layer_checks.h"

// Optimizer::state() and load(): what a resumed training needs.
namespace tinytorch::testing {
namespace {

using Parameters = std::vector<Variable>;

struct OptimizerKind {
  std::string name;
  std::function<std::unique_ptr<nn::Optimizer>(Parameters)> make;
};

template <class T, class Options>
OptimizerKind kind(std::string name, Options options) {
  return {std::move(name), [options](Parameters p) { return std::make_unique<T>(std::move(p), options); }};
}

const std::vector<OptimizerKind>& kinds() {
  static const std::vector<OptimizerKind> all{
      kind<nn::SGD>("SGD", nn::SGDOptions{.learning_rate = 0.1}),
      kind<nn::SGD>("momentum", nn::SGDOptions{.learning_rate = 0.1, .momentum = 0.9, .dampening = 0.3}),
      kind<nn::Adam>("Adam", nn::AdamOptions{.learning_rate = 0.1}),
      kind<nn::Adam>("AMSGrad", nn::AdamOptions{.learning_rate = 0.1, .amsgrad = true}),
      kind<nn::AdamW>("AdamW", nn::AdamWOptions{.learning_rate = 0.1}),
      kind<nn::RMSprop>("RMSprop", nn::RMSpropOptions{.momentum = 0.5}),
      kind<nn::Adagrad>("Adagrad", nn::AdagradOptions{}),
      kind<nn::Lion>("Lion", nn::LionOptions{}),
  };
  return all;
}

Parameters parameters(DType dtype = DType::f32) {
  const Options options{.dtype = dtype, .device = backend()};
  return {variable(Tensor{1.0, -2.0, 0.5}.to(options)), variable(Tensor{{3.0}, {4.0}}.to(options))};
}

/// Steps by the gradient of the sum of x⁴, which depends on x; the second parameter takes part in some steps.
void train(Parameters& p, nn::Optimizer& optimizer, int first, int last) {
  for (int step = first; step < last; ++step) {
    optimizer.zero_grad();
    Variable loss = sum(square(square(p[0])));
    if (step % 2 == 0) loss = loss + sum(square(square(p[1])));
    loss.backward();
    optimizer.step();
  }
}

TEST(OptimizerState, GoesOnBitForBit) {
  for (const OptimizerKind& kind : kinds()) {
    SCOPED_TRACE(kind.name);
    Parameters undisturbed = parameters();
    const auto all = kind.make(undisturbed);
    train(undisturbed, *all, 0, 3);
    const nn::OptimizerState saved = all->state();
    const std::vector<Tensor> values{undisturbed[0].value().to(Device::cpu()) + 0,
                                     undisturbed[1].value().to(Device::cpu()) + 0};
    train(undisturbed, *all, 3, 7);

    Parameters resumed = parameters();
    for (std::size_t i = 0; i < 2; ++i) resumed[i].set_value(values[i].to(backend()));
    const auto other = kind.make(resumed);
    other->load(saved);
    EXPECT_EQ(other->step_count(), 3);
    train(resumed, *other, 3, 7);
    for (std::size_t i = 0; i < 2; ++i) EXPECT_TENSOR_EQ(resumed[i].value(), undisturbed[i].value());
  }
}

TEST(OptimizerState, IsACopy) {
  Parameters p = parameters();
  nn::Adam optimizer(p);
  train(p, optimizer, 0, 2);
  const nn::OptimizerState saved = optimizer.state();
  const Tensor first = saved.parameters[0].first + 0;
  train(p, optimizer, 2, 4);
  EXPECT_TENSOR_EQ(saved.parameters[0].first, first);
  optimizer.load(saved);
  train(p, optimizer, 2, 4);
  EXPECT_TENSOR_EQ(saved.parameters[0].first, first);
}

TEST(OptimizerState, HasTheRatesAndTheStepsOfEachParameter) {
  Parameters p = parameters();
  nn::SGD optimizer({{.parameters = {p[0]}, .learning_rate = 0.01}, {.parameters = {p[1]}}},
                    {.learning_rate = 0.1});
  train(p, optimizer, 0, 3);
  const nn::OptimizerState saved = optimizer.state();
  EXPECT_EQ(saved.steps, 3);
  EXPECT_EQ(saved.learning_rates, (std::vector<double>{0.01, 0.1}));
  EXPECT_EQ(saved.parameters.at(0).steps, 3);
  EXPECT_EQ(saved.parameters.at(1).steps, 2);
  EXPECT_FALSE(saved.parameters.at(0).first.defined());
  optimizer.set_learning_rate(7);
  optimizer.load(saved);
  EXPECT_EQ(optimizer.learning_rate(0), 0.01);
  EXPECT_EQ(optimizer.learning_rate(1), 0.1);
}

TEST(OptimizerState, FollowsTheParameters) {
  Parameters p = parameters();
  nn::Adam optimizer(p);
  train(p, optimizer, 0, 2);
  const nn::OptimizerState saved = optimizer.state();
  Parameters wide = parameters(DType::f64);
  nn::Adam other(wide);
  other.load(saved);
  const nn::OptimizerState converted = other.state();
  EXPECT_EQ(converted.parameters[1].second.dtype(), DType::f64);
  EXPECT_EQ(converted.parameters[1].second.device(), backend());
  EXPECT_TENSOR_EQ(converted.parameters[1].second, saved.parameters[1].second.to(DType::f64));
}

TEST(OptimizerState, OfAnotherOptimizerIsRefused) {
  Parameters p = parameters();
  nn::Adam adam(p);
  train(p, adam, 0, 1);
  const nn::OptimizerState saved = adam.state();
  nn::SGD one({p[0]});
  EXPECT_ERROR(one.load(saved), ValueError,
               "[SGD] the state has 2 parameters in 1 groups, but the optimizer has 1 in 1");
  nn::SGD sgd(p);
  EXPECT_ERROR(
      sgd.load(saved), ValueError,
      "[SGD] the state of parameter 0 is that of another optimizer: moment 1 is not one of this optimizer");
  nn::Adam amsgrad(p, {.amsgrad = true});
  EXPECT_ERROR(amsgrad.load(saved), ValueError,
               "[Adam] the state of parameter 0 is that of another optimizer: moment 3 is missing");
}

TEST(OptimizerState, OutOfRangeIsRefusedAndChangesNothing) {
  Parameters p = parameters();
  nn::Adam adam(p);
  train(p, adam, 0, 1);
  const nn::OptimizerState saved = adam.state();
  const auto changed = [&](const std::function<void(nn::OptimizerState&)>& change) {
    nn::OptimizerState state = saved;
    state.learning_rates[0] = 5;
    state.parameters[0].steps = 9;
    change(state);
    return state;
  };
  EXPECT_ERROR(adam.load(changed([](auto& state) { state.steps = -1; })), ValueError,
               "[Adam] the state has -1 steps; it must be in [0, 2^53]");
  EXPECT_ERROR(adam.load(changed([](auto& state) { state.learning_rates[0] = -1; })), ValueError,
               "[Adam] learning_rate is -1; it must be finite and not negative");
  EXPECT_ERROR(adam.load(changed([](auto& state) { state.parameters[1].steps = -2; })), ValueError,
               "[Adam] the state of parameter 1 has -2 steps; it must be in [0, 2^53]");
  EXPECT_ERROR(adam.load(changed([](auto& state) { state.parameters[1].first = zeros({2}); })), ShapeError,
               "[Adam] the state of parameter 1 is of shape [2], but the parameter is [2, 1]");
  EXPECT_ERROR(adam.load(changed([](auto& state) {
    state.parameters[1].second = Tensor{{1}, {2}};
  })),
               DTypeError, "[Adam] the state of parameter 1 is i64; it must be floating");
  EXPECT_EQ(adam.learning_rate(), 0.001);
  EXPECT_EQ(adam.state().parameters[0].steps, 1);
}

}  // namespace
}  // namespace tinytorch::testing
