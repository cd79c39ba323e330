#include "nn/optim/schedule.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "core/error.h"
#include "nn/optim/sgd.h"
#include "tests/nn/layer_checks.h"

// The expected rates are those of PyTorch 1.13's torch.optim.lr_scheduler, for a rate of 0.5 at the
// beginning.
namespace tinytorch::testing {
namespace {

nn::SGD optimizer() { return nn::SGD({variable(here(Tensor{1.0}))}, {.learning_rate = 0.5}); }

/// The rates from the beginning on.
void expect_rates(nn::Schedule schedule, const std::vector<double>& rates) {
  EXPECT_NEAR(schedule.optimizer().learning_rate(), rates.front(), 1e-12);
  for (std::size_t i = 1; i < rates.size(); ++i) {
    schedule.step();
    EXPECT_NEAR(schedule.optimizer().learning_rate(), rates[i], 1e-12) << "at step " << i;
  }
}

TEST(StepLR, DecaysEachFewSteps) {
  nn::SGD o = optimizer();
  expect_rates(nn::StepLR(o, {.step_size = 3, .gamma = 0.5}),
               {0.5, 0.5, 0.5, 0.25, 0.25, 0.25, 0.125, 0.125});
}

TEST(MultiStepLR, DecaysAtMilestones) {
  nn::SGD o = optimizer();
  expect_rates(nn::MultiStepLR(o, {.milestones = {2, 3, 5}, .gamma = 0.5}),
               {0.5, 0.5, 0.25, 0.125, 0.125, 0.0625, 0.0625});
}

TEST(ExponentialLR, DecaysEachStep) {
  nn::SGD o = optimizer();
  expect_rates(nn::ExponentialLR(o, {.gamma = 0.9}), {0.5, 0.45, 0.405, 0.3645, 0.32805});
}

TEST(CosineSchedule, GoesDownAndUpAgain) {
  nn::SGD o = optimizer();
  expect_rates(nn::CosineSchedule(o, {.steps = 4, .lowest = 0.1}),
               {0.5, 0.441421356237309, 0.3, 0.158578643762691, 0.1, 0.15857864376269, 0.3, 0.44142135623731,
                0.5, 0.44142135623731, 0.3});
}

TEST(Warmup, RisesToTheBaseRate) {
  nn::SGD o = optimizer();
  expect_rates(nn::Warmup(o, {.steps = 4, .start = 0.25}), {0.125, 0.21875, 0.3125, 0.40625, 0.5, 0.5, 0.5});
}

TEST(Warmup, ContinuesWithAnotherSchedule) {
  nn::SGD o = optimizer();
  expect_rates(nn::Warmup(nn::CosineSchedule(o, {.steps = 4}), {.steps = 3, .start = 0.25}),
               {0.125, 0.25, 0.375, 0.5, 0.426776695296637, 0.25, 0.0732233047033631, 0});
}

TEST(OneCycle, GoesUpAndDownAlongCosines) {
  nn::SGD o = optimizer();
  expect_rates(nn::OneCycle(o, {.highest = 1, .total_steps = 8}),
               {0.04, 0.819275104892192, 0.971941777387523, 0.811745653949763, 0.555984014122702,
                0.283060998208699, 0.0766415938342564, 4e-06, 0.0766415938342563});
}

TEST(OneCycle, GoesUpAndDownLinearly) {
  nn::SGD o = optimizer();
  expect_rates(nn::OneCycle(o, {.highest = 1,
                                .total_steps = 10,
                                .rise = 0.4,
                                .division = 10,
                                .final_division = 100,
                                .linear = true}),
               {0.1, 0.4, 0.7, 1, 0.8335, 0.667, 0.5005, 0.334, 0.1675, 0.001, 0.001});
}

TEST(OneCycle, HasThreePhases) {
  nn::SGD o = optimizer();
  expect_rates(nn::OneCycle(o, {.highest = 1, .total_steps = 10, .three_phase = true}),
               {0.04, 0.52, 1, 0.52, 0.04, 0.0361807218535, 0.0261817218535, 0.0138222781465,
                0.00382327814649, 4e-06, 0.00382327814649});
  expect_rates(nn::OneCycle(o, {.highest = 1,
                                .total_steps = 10,
                                .rise = 0.4,
                                .division = 4,
                                .final_division = 100,
                                .linear = true,
                                .three_phase = true}),
               {0.25, 0.5, 0.75, 1, 0.75, 0.5, 0.25, 0.1675, 0.085, 0.0025, 0.0025});
  expect_rates(nn::OneCycle(o, {.highest = 1, .total_steps = 8, .rise = 0.5, .three_phase = true}),
               {0.04, 0.28, 0.76, 1, 0.76, 0.28, 0.04, 4e-06, 0.04});
  expect_rates(nn::OneCycle(o, {.highest = 1, .total_steps = 5, .rise = 0.1, .three_phase = true}),
               {0.0361807218535, 0.0261817218535, 0.0138222781465, 0.00382327814649, 4e-06});
  EXPECT_ERROR(nn::OneCycle(o, {.total_steps = 5, .rise = 0.6, .three_phase = true}), ValueError,
               "[OneCycle] rise is 0.6; with three phases, it must be at most 0.5");
}

TEST(OneCycle, EndsAndChangesNothingThen) {
  nn::SGD o = optimizer();
  nn::OneCycle schedule(o, {.highest = 1, .total_steps = 2});
  schedule.step();
  schedule.step();
  const double rate = o.learning_rate();
  EXPECT_ERROR(schedule.step(), ValueError,
               "[OneCycle] step 3 is past the end of the cycle, which has 2 steps");
  EXPECT_EQ(o.learning_rate(), rate);
  EXPECT_EQ(schedule.steps(), 2);
}

/// The rates after each of the metrics.
void expect_rates_on(nn::PlateauOptions options, const std::vector<double>& rates) {
  nn::SGD o = optimizer();
  nn::ReduceOnPlateau schedule(o, options);
  const std::vector<double> metrics{1, 0.9, 0.9, 0.9, 0.9, 0.89999, 0.9, 0.5, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6};
  for (std::size_t i = 0; i < metrics.size(); ++i) {
    schedule.step(metrics[i]);
    EXPECT_NEAR(o.learning_rate(), rates[i], 1e-12) << "at step " << i;
  }
}

TEST(ReduceOnPlateau, ReducesWhereNothingImproves) {
  expect_rates_on({.factor = 0.5, .patience = 1}, {0.5, 0.5, 0.5, 0.25, 0.25, 0.125, 0.125, 0.125, 0.125,
                                                   0.0625, 0.0625, 0.03125, 0.03125, 0.015625});
  expect_rates_on({.factor = 0.5, .patience = 1, .cooldown = 2, .lowest = 0.2},
                  {0.5, 0.5, 0.5, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25, 0.2, 0.2, 0.2, 0.2, 0.2});
  expect_rates_on(
      {.larger_is_better = true, .factor = 0.5, .patience = 1, .threshold = 0.05, .relative = false},
      {0.5, 0.5, 0.25, 0.25, 0.125, 0.125, 0.0625, 0.0625, 0.03125, 0.03125, 0.015625, 0.015625, 0.0078125,
       0.0078125});
}

TEST(ReduceOnPlateau, ContinuesFromAState) {
  nn::SGD o = optimizer(), other = optimizer();
  nn::ReduceOnPlateau schedule(o, {.factor = 0.5, .patience = 1}),
      next(other, {.factor = 0.5, .patience = 1});
  schedule.step(1);
  schedule.step(1);
  next.load(schedule.state());
  next.step(1);
  EXPECT_EQ(other.learning_rate(), 0.25);
}

TEST(Schedule, KeepsTheRatesOfGroupsApart) {
  nn::SGD o({{.parameters = {variable(here(Tensor{1.0}))}},
             {.parameters = {variable(here(Tensor{1.0}))}, .learning_rate = 0.1}},
            {.learning_rate = 0.5});
  nn::ExponentialLR schedule(o, {.gamma = 0.5});
  schedule.step();
  EXPECT_EQ(o.learning_rate(0), 0.25);
  EXPECT_EQ(o.learning_rate(1), 0.05);
}

TEST(Schedule, ContinuesFromAState) {
  nn::SGD o = optimizer(), other({variable(here(Tensor{1.0}))}, {.learning_rate = 9});
  nn::CosineSchedule schedule(o, {.steps = 4}), next(other, {.steps = 4});
  schedule.step();
  next.load(schedule.state());
  EXPECT_EQ(other.learning_rate(), o.learning_rate());
  schedule.step();
  next.step();
  EXPECT_EQ(other.learning_rate(), o.learning_rate());
  EXPECT_ERROR(next.load({.steps = 1, .base_rates = {}}), ValueError,
               "[Schedule] the state has the rates of 0 groups, but the optimizer has 1");
  EXPECT_ERROR(next.load({.steps = -1, .base_rates = {1}}), ValueError,
               "[Schedule] steps is -1; it must be in [0, 2^62]");
  constexpr std::int64_t kLast = std::numeric_limits<std::int64_t>::max();
  EXPECT_ERROR(next.load({.steps = kLast, .base_rates = {1}}), ValueError,
               "[Schedule] steps is 9223372036854775807; it must be in [0, 2^62]");
  EXPECT_ERROR(nn::Schedule(next.optimizer(), nullptr), ValueError,
               "[Schedule] the formula is empty; pass one that gives the rate of a step");
  nn::ReduceOnPlateau plateau(next.optimizer());
  EXPECT_ERROR(plateau.load({.best = 1, .bad_steps = kLast}), ValueError,
               "[ReduceOnPlateau] bad_steps is 9223372036854775807; it must be in [0, 2^62]");
  EXPECT_ERROR(plateau.load({.best = 1, .cooldown_left = -1}), ValueError,
               "[ReduceOnPlateau] cooldown_left is -1; it must be in [0, 2^62]");
}

TEST(CosineSchedule, HasNoInfiniteIntermediates) {
  nn::SGD o({variable(here(Tensor{1.0}))}, {.learning_rate = 0.5});
  const nn::CosineSchedule schedule(o, {.steps = 1, .lowest = 1.7e308});
  EXPECT_TRUE(std::isfinite(o.learning_rate()));
}

TEST(Schedule, StaysAsItWasWhereAStateIsRefused) {
  nn::SGD o({{.parameters = {variable(here(Tensor{1.0}))}}, {.parameters = {variable(here(Tensor{1.0}))}}},
            {.learning_rate = 0.5});
  nn::StepLR schedule(o, {.step_size = 1, .gamma = 0.5});
  EXPECT_ERROR(schedule.load({.steps = 3, .base_rates = {0.25, -1}}), ValueError,
               "[StepLR] the learning rate is -0.125; it must be finite and not negative");
  EXPECT_EQ(schedule.steps(), 0);
  EXPECT_EQ(schedule.base_rates(), (std::vector<double>{0.5, 0.5}));
  EXPECT_EQ(o.learning_rate(0), 0.5);
  nn::OneCycle cycle(o, {.highest = 1, .total_steps = 2});
  const double rate = o.learning_rate();
  EXPECT_ERROR(cycle.load({.steps = 9, .base_rates = {1, 1}}), ValueError,
               "[OneCycle] step 9 is past the end of the cycle, which has 2 steps");
  EXPECT_EQ(cycle.steps(), 0);
  EXPECT_EQ(cycle.base_rates(), (std::vector<double>{0.5, 0.5}));
  EXPECT_EQ(o.learning_rate(), rate);
}

TEST(Schedule, RefusesOptionsOutOfRange) {
  nn::SGD o = optimizer();
  EXPECT_ERROR(nn::StepLR(o, {.step_size = 0}), ValueError, "[StepLR] step_size is 0; it must be positive");
  EXPECT_ERROR(nn::StepLR(o, {.step_size = 1, .gamma = -1}), ValueError,
               "[StepLR] gamma is -1; it must be finite and not negative");
  EXPECT_ERROR(nn::MultiStepLR(o, {.milestones = {1}, .gamma = -1}), ValueError,
               "[MultiStepLR] gamma is -1; it must be finite and not negative");
  EXPECT_ERROR(nn::ExponentialLR(o, {.gamma = -1}), ValueError,
               "[ExponentialLR] gamma is -1; it must be finite and not negative");
  EXPECT_ERROR(nn::CosineSchedule(o, {.steps = 0}), ValueError,
               "[CosineSchedule] steps is 0; it must be positive");
  EXPECT_ERROR(nn::CosineSchedule(o, {.steps = 1, .lowest = -1}), ValueError,
               "[CosineSchedule] lowest is -1; it must be finite and not negative");
  EXPECT_ERROR(nn::Warmup(o, {.steps = 0}), ValueError, "[Warmup] steps is 0; it must be positive");
  EXPECT_ERROR(nn::Warmup(o, {.steps = 1, .start = -1}), ValueError,
               "[Warmup] start is -1; it must be finite and not negative");
  EXPECT_ERROR(nn::OneCycle(o, {.highest = 0, .total_steps = 2}), ValueError,
               "[OneCycle] highest is 0; it must be finite and positive");
  EXPECT_ERROR(nn::OneCycle(o, {.total_steps = 2, .division = 0}), ValueError,
               "[OneCycle] division is 0; it must be finite and positive");
  EXPECT_ERROR(nn::OneCycle(o, {.total_steps = 2, .final_division = 0}), ValueError,
               "[OneCycle] final_division is 0; it must be finite and positive");
  EXPECT_ERROR(nn::OneCycle(o, {.highest = 1e300, .total_steps = 2, .division = 1e-10}), ValueError,
               "[OneCycle] highest / division is inf; it must be finite and not negative");
  EXPECT_ERROR(nn::OneCycle(o, {.total_steps = 1}), ValueError,
               "[OneCycle] total_steps is 1; it must be more than 1");
  EXPECT_ERROR(nn::OneCycle(o, {.total_steps = 2, .rise = 1}), ValueError,
               "[OneCycle] rise is 1; it must be in (0, 1)");
  EXPECT_ERROR(nn::ReduceOnPlateau(o, {.factor = 1}), ValueError,
               "[ReduceOnPlateau] factor is 1; it must be in [0, 1)");
  EXPECT_ERROR(nn::ReduceOnPlateau(o, {.patience = -1}), ValueError,
               "[ReduceOnPlateau] patience is -1; it must be finite and not negative");
  EXPECT_ERROR(nn::ReduceOnPlateau(o, {.threshold = -1}), ValueError,
               "[ReduceOnPlateau] threshold is -1; it must be finite and not negative");
  EXPECT_ERROR(nn::ReduceOnPlateau(o, {.cooldown = -1}), ValueError,
               "[ReduceOnPlateau] cooldown is -1; it must be finite and not negative");
  EXPECT_ERROR(nn::ReduceOnPlateau(o, {.lowest = -1}), ValueError,
               "[ReduceOnPlateau] lowest is -1; it must be finite and not negative");
  EXPECT_ERROR(nn::ReduceOnPlateau(o, {.epsilon = -1}), ValueError,
               "[ReduceOnPlateau] epsilon is -1; it must be finite and not negative");
  EXPECT_EQ(o.learning_rate(), 0.5);
}

}  // namespace
}  // namespace tinytorch::testing
