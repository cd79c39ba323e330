#include "nn/optim/optimizer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

#include "autograd/ops.h"
#include "core/error.h"
#include "core/ops/comparison.h"
#include "core/ops/composite.h"
#include "core/ops/creation.h"
#include "nn/dense.h"
#include "nn/optim/adagrad.h"
#include "nn/optim/adam.h"
#include "nn/optim/lion.h"
#include "nn/optim/rmsprop.h"
#include "nn/optim/sgd.h"
#include "tests/nn/layer_checks.h"

namespace tinytorch::testing {
namespace {

using MakeOptimizer = std::function<std::unique_ptr<nn::Optimizer>(std::vector<Variable>)>;

// Where [1, -2, 0.5] is after three steps with the gradients [0.1, -0.2, 0.3], [0.4, 0.1, -0.5] and [-0.3,
// 0.2, 0].
Tensor after_three_steps(const MakeOptimizer& make, DType dtype = DType::f64) {
  const Options options{.dtype = dtype, .device = backend()};
  Variable parameter = variable(Tensor{1.0, -2.0, 0.5}.to(options));
  const std::unique_ptr<nn::Optimizer> optimizer = make({parameter});
  for (const Tensor& gradient : {Tensor{0.1, -0.2, 0.3}, Tensor{0.4, 0.1, -0.5}, Tensor{-0.3, 0.2, 0.0}}) {
    optimizer->zero_grad();
    // Tenths are computed in f64: 0.1 as f32 is another value.
    parameter.set_grad((Tensor(gradient * 10).to(DType::i64).to(DType::f64) / 10).to(options));
    optimizer->step();
  }
  EXPECT_EQ(optimizer->step_count(), 3);
  return parameter.value();
}

template <class Optimizer, class Options>
MakeOptimizer make(Options options) {
  return [=](std::vector<Variable> p) { return std::make_unique<Optimizer>(std::move(p), options); };
}
MakeOptimizer sgd(nn::SGDOptions options) { return make<nn::SGD>(options); }
MakeOptimizer adam(nn::AdamOptions options) { return make<nn::Adam>(options); }
MakeOptimizer adamw(nn::AdamWOptions options) { return make<nn::AdamW>(options); }
MakeOptimizer rmsprop(nn::RMSpropOptions options) { return make<nn::RMSprop>(options); }
MakeOptimizer adagrad(nn::AdagradOptions options) { return make<nn::Adagrad>(options); }
MakeOptimizer lion(nn::LionOptions options) { return make<nn::Lion>(options); }

Tensor f64_values(const std::vector<double>& values) { return from_values(values, {std::ssize(values)}); }

// Expected values: NumPy, f64, from the formulas in PyTorch's documentation of SGD, Adam and AdamW.
TEST(SGD, FollowsItsFormulas) {
  EXPECT_TENSOR_NEAR(after_three_steps(sgd({.learning_rate = 0.1})), f64_values({0.98, -2.01, 0.52}));
  EXPECT_TENSOR_NEAR(after_three_steps(sgd({.learning_rate = 0.1, .momentum = 0.9})),
                     f64_values({0.9269, -1.9848, 0.5137}));
  EXPECT_TENSOR_NEAR(after_three_steps(sgd({.learning_rate = 0.1, .momentum = 0.9, .nesterov = true})),
                     f64_values({0.91421, -1.99632, 0.53233}));
  EXPECT_TENSOR_NEAR(after_three_steps(sgd({.learning_rate = 0.1, .momentum = 0.9, .weight_decay = 0.05})),
                     f64_values({0.899359625, -1.92926925, 0.5000541875}));
  EXPECT_TENSOR_NEAR(after_three_steps(sgd({.learning_rate = 0.1, .weight_decay = 0.05})),
                     f64_values({0.965374625, -1.98029925, 0.5125866875}));
}

TEST(Adam, FollowsItsFormulas) {
  EXPECT_TENSOR_NEAR(after_three_steps(adam({.learning_rate = 0.1})),
                     f64_values({0.793891533789652, -1.90063598023893, 0.452048488635656}));
  EXPECT_TENSOR_NEAR(after_three_steps(adam({.learning_rate = 0.1, .weight_decay = 0.05})),
                     f64_values({0.776834279927122, -1.80814418292704, 0.440333016868105}));
  EXPECT_TENSOR_NEAR(
      after_three_steps(adam({.learning_rate = 0.1, .beta1 = 0.8, .beta2 = 0.99, .epsilon = 1e-3})),
      f64_values({0.798400981716367, -1.91527612697078, 0.460519856749412}));
}

TEST(AdamW, DecaysApartFromTheGradient) {
  EXPECT_TENSOR_NEAR(after_three_steps(adamw({.learning_rate = 0.1, .weight_decay = 0.05})),
                     f64_values({0.780406096920027, -1.87191639870046, 0.445436645503582}));
}

// Expected values: PyTorch 1.13, f64.
TEST(RMSprop, FollowsPyTorch) {
  EXPECT_TENSOR_NEAR(after_three_steps(rmsprop({.learning_rate = 0.1})),
                     f64_values({-0.38003235413192, -2.11902349982873, 0.358630286830191}));
  EXPECT_TENSOR_NEAR(after_three_steps(rmsprop({.learning_rate = 0.1, .alpha = 0.9, .momentum = 0.5})),
                     f64_values({0.177870617863324, -1.88943992328489, 0.358838727592236}));
  EXPECT_TENSOR_NEAR(
      after_three_steps(rmsprop(
          {.learning_rate = 0.1, .alpha = 0.9, .epsilon = 1e-3, .centered = true, .weight_decay = 0.05})),
      f64_values({0.522899568934553, -1.81298035157031, 0.42550039706716}));
  EXPECT_TENSOR_NEAR(
      after_three_steps(rmsprop({.learning_rate = 0.1, .alpha = 0.9, .momentum = 0.5, .centered = true})),
      f64_values({0.111980866792974, -1.8633251257159, 0.332238171364363}));
}

// Under one gradient the mean's square approaches that of the squares, and by rounding passes it.
TEST(RMSprop, TakesAVarianceBelowZeroForZero) {
  Variable parameter = variable(here(Tensor{0.0, 0.0, 0.0}));
  nn::RMSprop optimizer({parameter}, {.learning_rate = 1e-6, .alpha = 0.5, .centered = true});
  for (int step = 0; step < 40; ++step) {
    parameter.set_grad(here(Tensor{0.3, 5.0, 7.7}));
    optimizer.step();
  }
  for (const double value : parameter.value().to_vector<double>()) EXPECT_TRUE(std::isfinite(value));
}

TEST(Adagrad, FollowsPyTorch) {
  EXPECT_TENSOR_NEAR(after_three_steps(adagrad({.learning_rate = 0.1})),
                     f64_values({0.861820590638913, -2.01138802622444, 0.485749292589882}));
  EXPECT_TENSOR_NEAR(after_three_steps(adagrad({.learning_rate = 0.1,
                                                .learning_rate_decay = 0.1,
                                                .epsilon = 1e-3,
                                                .initial_sum = 0.2,
                                                .weight_decay = 0.05})),
                     f64_values({0.936055490853992, -1.9604538994447, 0.497842351857914}));
}

// Expected values: NumPy, f64, from the paper's algorithm 2.
TEST(SGD, DampensAsPyTorch) {
  EXPECT_TENSOR_NEAR(after_three_steps(sgd({.learning_rate = 0.1, .momentum = 0.9, .dampening = 0.5})),
                     f64_values({0.9499, -1.9653, 0.4662}));
  EXPECT_TENSOR_NEAR(
      after_three_steps(sgd({.learning_rate = 0.1, .momentum = 0.9, .weight_decay = 0.05, .dampening = 0.9})),
      f64_values({0.95333074625, -1.9197569925, 0.420759366875}));
  EXPECT_TENSOR_NEAR(after_three_steps(sgd({.learning_rate = 0.1, .momentum = 0.9, .dampening = 1})),
                     f64_values({0.9729, -1.9458, 0.4187}));
}

TEST(Adam, DividesByTheLargestMomentAsPyTorch) {
  EXPECT_TENSOR_NEAR(after_three_steps(adam({.learning_rate = 0.1, .amsgrad = true})),
                     f64_values({0.793891533789652, -1.90063598023893, 0.452037139615259}));
  EXPECT_TENSOR_NEAR(after_three_steps(adam({.learning_rate = 0.1, .beta2 = 0.5, .amsgrad = true})),
                     f64_values({0.805669847978914, -1.90085861011335, 0.445900738555082}));
  EXPECT_TENSOR_NEAR(
      after_three_steps(adam({.learning_rate = 0.1, .beta2 = 0.5, .weight_decay = 0.05, .amsgrad = true})),
      f64_values({0.790219190512904, -1.82180086610218, 0.436251162008608}));
  EXPECT_TENSOR_NEAR(
      after_three_steps(adamw({.learning_rate = 0.1, .beta2 = 0.5, .weight_decay = 0.05, .amsgrad = true})),
      f64_values({0.792131013811765, -1.87213478056836, 0.439299192930351}));
}

// Where [1, -2, 0.5] is after the same steps, in the second of which it is frozen.
Tensor frozen_in_the_second_step(const MakeOptimizer& make) {
  Variable parameter = variable(here_f64(Tensor{1.0, -2.0, 0.5})), other = variable(here_f64(Tensor{1.0}));
  const std::unique_ptr<nn::Optimizer> optimizer = make({parameter, other});
  const Tensor second = here_f64(Tensor{0.5, 0.25, -0.5});
  for (int step = 0; step < 3; ++step) {
    parameter.set_trainable(step != 1);
    const Tensor gradient = here_f64(step == 0 ? Tensor{1, -2, 3} : Tensor{-3, 2, 0}) / 10;
    optimizer->zero_grad();
    sum(parameter * (step == 1 ? second : gradient) + other).backward();
    EXPECT_EQ(parameter.grad().defined(), step != 1);
    const Tensor value = parameter.value() * 1;
    optimizer->step();
    if (step == 1) {
      EXPECT_TENSOR_EQ(parameter.value(), value);
    }
  }
  return parameter.value();
}

// Expected values: PyTorch 1.13, f64, where the gradient is None in the second step.
TEST(Optimizer, SkipsFrozenParametersAndKeepsTheirState) {
  EXPECT_TENSOR_NEAR(frozen_in_the_second_step(adamw({.learning_rate = 0.1, .weight_decay = 0.05})),
                     f64_values({0.939943991070066, -1.88581316260658, 0.328506681062488}));
  EXPECT_TENSOR_NEAR(
      frozen_in_the_second_step(sgd({.learning_rate = 0.1, .momentum = 0.9, .weight_decay = 0.05})),
      f64_values({0.996575, -1.95315, 0.4359125}));
}

TEST(Optimizer, TakesFrozenParameters) {
  Variable parameter = variable(here(Tensor{1.0, 2.0}));
  parameter.set_trainable(false);
  nn::SGD optimizer({parameter}, {.learning_rate = 1, .weight_decay = 0.5});
  optimizer.step();
  EXPECT_TENSOR_EQ(parameter.value(), {1.0, 2.0});
  parameter.set_trainable(true);
  parameter.set_grad(here(Tensor{1.0, 1.0}));
  optimizer.step();
  EXPECT_TENSOR_EQ(parameter.value(), {-0.5, 0.0});
}

TEST(Lion, StepsAlongSigns) {
  EXPECT_TENSOR_NEAR(after_three_steps(lion({.learning_rate = 0.1})), f64_values({0.9, -2.1, 0.6}));
  EXPECT_TENSOR_NEAR(
      after_three_steps(lion({.learning_rate = 0.1, .beta1 = 0.6, .beta2 = 0.5, .weight_decay = 0.05})),
      f64_values({0.686572375, -1.87164725, 0.5930349375}));
}

TEST(Optimizer, WorksInF32) {
  EXPECT_TENSOR_NEAR(after_three_steps(sgd({.learning_rate = 0.1, .momentum = 0.9}), DType::f32),
                     {0.9269, -1.9848, 0.5137});
  EXPECT_TENSOR_NEAR(after_three_steps(adam({.learning_rate = 0.1}), DType::f32),
                     {0.793891533789652, -1.90063598023893, 0.452048488635656});
}

TEST(Optimizer, DoesNotReadTheParameterForADecayOfZero) {
  const double infinity = std::numeric_limits<double>::infinity();
  for (const MakeOptimizer& make : {sgd({}), sgd({.momentum = 0.5}), adam({}), rmsprop({}), adagrad({})}) {
    Variable parameter = variable(here(Tensor{infinity}));
    parameter.set_grad(here(Tensor{1.0}));
    make({parameter})->step();
    EXPECT_TENSOR_EQ(parameter, {infinity});
  }
}

TEST(Optimizer, HasPyTorchsDefaults) {
  EXPECT_EQ(nn::SGDOptions().learning_rate, 0.01);
  EXPECT_EQ(nn::AdamOptions().learning_rate, 0.001);
  EXPECT_EQ(nn::AdamWOptions().weight_decay, 0.01);
  const Tensor defaults = after_three_steps(adamw({}));
  EXPECT_TENSOR_EQ(
      after_three_steps(adamw(
          {.learning_rate = 0.001, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8, .weight_decay = 0.01})),
      defaults);
}

TEST(Optimizer, ChangesTheModelsOwnParametersInPlace) {
  nn::Dense dense(2, 1, {.weight_init = nn::init::constant(1), .device = backend()});
  const std::shared_ptr<Storage> storage = dense.weight().value().storage();
  nn::SGD optimizer(dense.parameters(), {.learning_rate = 0.5f});
  sum(dense(Variable(here(Tensor{{1.0, 2.0}})))).backward();
  optimizer.step();
  EXPECT_TENSOR_EQ(dense.weight(), {{0.5, 0.0}});
  EXPECT_TENSOR_EQ(dense.bias(), {-0.5});
  EXPECT_EQ(dense.weight().value().storage(), storage);
}

TEST(Optimizer, TrainsAScalar) {
  const Variable scale = variable(here(2.0)), x = here({1.0});
  nn::Adam adam({scale}, {.learning_rate = 0.5});
  sum(square(scale * x)).backward();
  adam.step();
  EXPECT_TENSOR_NEAR(scale, Tensor(1.5f));
  adam.zero_grad();
  nn::SGD sgd({scale}, {.learning_rate = 0.25});
  sum(square(scale * x)).backward();
  sgd.step();
  EXPECT_TENSOR_NEAR(scale, Tensor(0.75f));
  EXPECT_EQ(scale.device(), backend());
}

TEST(Optimizer, SkipsParametersWithoutAGradient) {
  Variable with = variable(here(Tensor{1.0})), without = variable(here(Tensor{1.0}));
  nn::SGD optimizer({with, without}, {.learning_rate = 0.5, .weight_decay = 1});
  with.set_grad(here(Tensor{1.0}));
  optimizer.step();
  EXPECT_TENSOR_EQ(with, {0.0});
  EXPECT_TENSOR_EQ(without, {1.0});
}

TEST(Optimizer, CountsEachParametersOwnSteps) {
  // Adam's first step is the learning rate long, whenever a parameter makes it.
  Variable early = variable(here(Tensor{1.0})), late = variable(here(Tensor{1.0}));
  nn::Adam optimizer({early, late}, {.learning_rate = 0.25, .epsilon = 0});
  for (int step = 0; step < 3; ++step) {
    optimizer.zero_grad();
    early.set_grad(here(Tensor{2.0}));
    if (step == 2) late.set_grad(here(Tensor{2.0}));
    optimizer.step();
  }
  EXPECT_TENSOR_NEAR(early, {0.25});
  EXPECT_TENSOR_NEAR(late, {0.75});
}

TEST(Optimizer, TakesGradientsThatAreNotContiguous) {
  Variable parameter = variable(here(Tensor{{1.0, 1.0}, {1.0, 1.0}}));
  nn::SGD optimizer({parameter}, {.learning_rate = 1});
  parameter.set_grad(transpose(here(Tensor{{1.0, 2.0}, {3.0, 4.0}})));
  optimizer.step();
  EXPECT_TENSOR_EQ(parameter, {{0.0, -2.0}, {-1.0, -3.0}});
}

TEST(Optimizer, TakesParametersThatAreNotContiguous) {
  Variable parameter = variable(transpose(here(Tensor{{1.0, 2.0}, {3.0, 4.0}})));
  nn::SGD optimizer({parameter}, {.learning_rate = 1});
  parameter.set_grad(here(Tensor{{1.0, 1.0}, {0.0, 0.0}}));
  optimizer.step();
  EXPECT_TENSOR_EQ(parameter, {{0.0, 2.0}, {2.0, 4.0}});
}

TEST(Optimizer, FollowsAModelThatWasMovedAfterwards) {
  nn::Dense dense(1, 1, {.bias = false, .weight_init = nn::init::constant(1), .dtype = DType::f64});
  nn::SGD optimizer(dense.parameters(), {.learning_rate = 1, .momentum = 0.5});
  const auto step = [&](Options options) {
    dense.to(options);
    optimizer.zero_grad();
    sum(dense(Variable(ones({1, 1}, options)))).backward();
    optimizer.step();
  };
  step({.dtype = DType::f64, .device = Device::cpu()});
  EXPECT_EQ(dense.weight().item<double>(), 0);
  step({.dtype = DType::f32, .device = backend()});
  EXPECT_EQ(dense.weight().item(), -1.5);  // the momentum moved too: -(0.5 + 1)
}

TEST(Optimizer, LearningRateCanBeChanged) {
  Variable parameter = variable(here(Tensor{1.0}));
  nn::SGD optimizer({parameter}, {.learning_rate = 1});
  optimizer.set_learning_rate(0.25);
  EXPECT_EQ(optimizer.learning_rate(), 0.25);
  parameter.set_grad(here(Tensor{1.0}));
  optimizer.step();
  EXPECT_TENSOR_EQ(parameter, {0.75});
  EXPECT_ERROR(optimizer.set_learning_rate(-1), ValueError,
               "[SGD] learning_rate is -1; it must be finite and not negative");
}

TEST(Optimizer, KeepsTheGradientsOfAllLayouts) {
  const Variable plain = variable(here(Tensor{{1.0, 2.0}, {3.0, 4.0}})),
                 transposed = variable(transpose(here(Tensor{{1.0, 3.0}, {2.0, 4.0}})));
  nn::SGD optimizer({plain, transposed}, {.learning_rate = 0.5});
  (sum(plain * plain) + sum(transposed * transposed)).backward();
  optimizer.step();
  EXPECT_TENSOR_EQ(transposed, plain);
  EXPECT_TENSOR_EQ(plain.grad(), {{2.0, 4.0}, {6.0, 8.0}});
  EXPECT_TENSOR_EQ(transposed.grad(), plain.grad());
}

TEST(Optimizer, StepChangesNothingSavedSilently) {
  const Variable x = variable(here(Tensor{2.0}));
  nn::SGD optimizer({x}, {.learning_rate = 1});
  const Variable y = sum(x * x);
  y.backward({.retain_graph = true});
  optimizer.step();
  EXPECT_THROW(y.backward(), ValueError);
}

TEST(Optimizer, TrainsGroupsWithOptionsOfTheirOwn) {
  std::vector<Variable> p;
  for (int i = 0; i < 4; ++i) p.push_back(variable(here(Tensor{1.0})));
  nn::SGD optimizer({{.parameters = {p[0]}},
                     {.parameters = {p[1]}, .learning_rate = 0.25},
                     {.parameters = {p[2], p[3]}, .weight_decay = 1}},
                    {.learning_rate = 0.5});
  EXPECT_EQ(optimizer.groups(), 3u);
  EXPECT_EQ(optimizer.parameters().size(), 4u);
  for (Variable& each : p) each.set_grad(here(Tensor{1.0}));
  optimizer.step();
  EXPECT_TENSOR_EQ(p[0], {0.5});
  EXPECT_TENSOR_EQ(p[1], {0.75});
  EXPECT_TENSOR_EQ(p[2], {0.0});
  EXPECT_TENSOR_EQ(p[3], {0.0});
  optimizer.set_learning_rate(1, 1);
  EXPECT_EQ(optimizer.learning_rate(), 0.5);
  EXPECT_EQ(optimizer.learning_rate(1), 1);
  EXPECT_ERROR(optimizer.learning_rate(3), ValueError, "[SGD] there is no group 3; there are 3, from 0");
  EXPECT_ERROR(optimizer.set_learning_rate(1, 3), ValueError,
               "[SGD] there is no group 3; there are 3, from 0");
}

TEST(Optimizer, ChecksTheOptionsOfGroups) {
  const Variable x = variable(Tensor{1.0});
  using Groups = std::vector<nn::ParameterGroup>;
  EXPECT_ERROR(nn::Adam(Groups{{.parameters = {x}, .learning_rate = -1}}, {}), ValueError,
               "[Adam] learning_rate is -1; it must be finite and not negative");
  EXPECT_ERROR(nn::AdamW(Groups{{.parameters = {x}, .weight_decay = -1}}, {}), ValueError,
               "[AdamW] weight_decay is -1; it must be finite and not negative");
  EXPECT_ERROR(nn::Lion(Groups{{.parameters = {x}}, {.parameters = {x}}}, {}), ValueError,
               "[Lion] parameter 1 is there twice");
  EXPECT_ERROR(nn::RMSprop(Groups{{}}, {}), ValueError,
               "[RMSprop] there are no parameters to train; pass model.parameters(); a layer of your own "
               "lists them in visit()");
}

TEST(Optimizer, CountsNoStepThatWasRefused) {
  Variable first = variable(here(Tensor{1.0})), second = variable(here(Tensor{1.0, 2.0}));
  nn::Adam optimizer({first, second}, {.learning_rate = 0.25, .epsilon = 0});
  const auto give_gradients = [&] {
    first.set_grad(here(Tensor{1.0}));
    second.set_grad(here(Tensor{1.0, 1.0}));
  };
  give_gradients();
  optimizer.step();
  second.set_value(here(Tensor{1.0}));
  first.set_grad(here(Tensor{1.0}));
  second.set_grad(here(Tensor{1.0}));
  EXPECT_THROW(optimizer.step(), ShapeError);
  EXPECT_EQ(optimizer.step_count(), 1);
  EXPECT_TENSOR_NEAR(first, {0.75});
  // The next step is the second one: of equal gradients, the learning rate long once more.
  second.set_value(here(Tensor{1.0, 2.0}));
  give_gradients();
  optimizer.step();
  EXPECT_EQ(optimizer.step_count(), 2);
  EXPECT_TENSOR_NEAR(first, {0.5});
}

TEST(Optimizer, RefusesParametersItCannotTrain) {
  const Variable x = variable(Tensor{1.0});
  EXPECT_ERROR(nn::SGD({}), ValueError,
               "[SGD] there are no parameters to train; pass model.parameters(); a layer of your own lists "
               "them in visit()");
  EXPECT_ERROR(nn::Adam({Variable(Tensor{1.0})}), ValueError,
               "[Adam] parameter 0 is not a leaf that requires a gradient; make it with variable()");
  EXPECT_ERROR(nn::AdamW({x, x * 2}), ValueError,
               "[AdamW] parameter 1 is not a leaf that requires a gradient; make it with variable()");
  EXPECT_ERROR(nn::SGD({x, x}), ValueError, "[SGD] parameter 1 is there twice");
}

TEST(Optimizer, RefusesOptionsOutOfRange) {
  EXPECT_ERROR(nn::SGD({variable(here(Tensor{1.0}))}, {.momentum = 0.9, .nesterov = true, .dampening = 0.5}),
               ValueError, "[SGD] dampening is 0.5, but nesterov takes none; leave one of them out");
  EXPECT_ERROR(nn::SGD({variable(here(Tensor{1.0}))}, {.momentum = 0.9, .dampening = -1}), ValueError,
               "[SGD] dampening is -1; it must be finite and not negative");
  const std::vector<Variable> p{variable(Tensor{1.0})};
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  EXPECT_ERROR(nn::SGD(p, {.learning_rate = kNaN}), ValueError,
               "[SGD] learning_rate is nan; it must be finite and not negative");
  EXPECT_ERROR(nn::SGD(p, {.momentum = 1}), ValueError, "[SGD] momentum is 1; it must be in [0, 1)");
  EXPECT_ERROR(nn::SGD(p, {.weight_decay = -0.5}), ValueError,
               "[SGD] weight_decay is -0.5; it must be finite and not negative");
  EXPECT_ERROR(nn::SGD(p, {.nesterov = true}), ValueError,
               "[SGD] nesterov looks ahead along the momentum, but momentum is 0; set momentum");
  EXPECT_ERROR(nn::Adam(p, {.beta1 = 1}), ValueError, "[Adam] beta1 is 1; it must be in [0, 1)");
  EXPECT_ERROR(nn::Adam(p, {.beta2 = -0.1}), ValueError, "[Adam] beta2 is -0.1; it must be in [0, 1)");
  EXPECT_ERROR(nn::AdamW(p, {.epsilon = -1}), ValueError,
               "[AdamW] epsilon is -1; it must be finite and not negative");
  EXPECT_ERROR(nn::RMSprop(p, {.alpha = 1}), ValueError, "[RMSprop] alpha is 1; it must be in [0, 1)");
  EXPECT_ERROR(nn::RMSprop(p, {.epsilon = -1}), ValueError,
               "[RMSprop] epsilon is -1; it must be finite and not negative");
  EXPECT_ERROR(nn::RMSprop(p, {.momentum = 1}), ValueError, "[RMSprop] momentum is 1; it must be in [0, 1)");
  EXPECT_ERROR(nn::Adagrad(p, {.learning_rate_decay = -1}), ValueError,
               "[Adagrad] learning_rate_decay is -1; it must be finite and not negative");
  EXPECT_ERROR(nn::Adagrad(p, {.epsilon = -1}), ValueError,
               "[Adagrad] epsilon is -1; it must be finite and not negative");
  EXPECT_ERROR(nn::Adagrad(p, {.initial_sum = -1}), ValueError,
               "[Adagrad] initial_sum is -1; it must be finite and not negative");
  EXPECT_ERROR(nn::Lion(p, {.beta1 = 1}), ValueError, "[Lion] beta1 is 1; it must be in [0, 1)");
  EXPECT_ERROR(nn::Lion(p, {.beta2 = 1}), ValueError, "[Lion] beta2 is 1; it must be in [0, 1)");
  EXPECT_ERROR(nn::AdamW(p, {.learning_rate = std::numeric_limits<double>::infinity()}), ValueError,
               "[AdamW] learning_rate is inf; it must be finite and not negative");
}

TEST(Optimizer, SaysWhenAParameterChangedItsShape) {
  Variable parameter = variable(here(Tensor{1.0, 2.0}));
  nn::SGD optimizer({parameter}, {.learning_rate = 1, .momentum = 0.5});
  parameter.set_grad(here(Tensor{1.0, 1.0}));
  optimizer.step();
  parameter.set_value(here(Tensor{1.0}));
  parameter.set_grad(here(Tensor{1.0}));
  EXPECT_ERROR(optimizer.step(), ShapeError,
               "[SGD] parameter 0 was [2] in the step before and is [1] now; make a new optimizer");
}

}  // namespace
}  // namespace tinytorch::testing
