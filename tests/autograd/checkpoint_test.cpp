#include "autograd/checkpoint.h"

#include <gtest/gtest.h>

#include <vector>

#include "autograd/grad_mode.h"
#include "autograd/ops.h"
#include "core/allocator.h"
#include "core/error.h"
#include "core/ops/random.h"
#include "tests/autograd/leaves.h"
#include "tests/support/backend.h"
#include "tests/support/tensor_matchers.h"

namespace tinytorch {
namespace {

using testing::backend;
using testing::here;
using testing::leaf;

const Function kLayer = [](const std::vector<Variable>& in) { return tanh(in[0] * in[1]) + in[0]; };
const Function kTimes = [](const std::vector<Variable>& in) { return in[0] * in[1]; };

TEST(Checkpoint, GivesTheValueAndTheGradientsOfTheFunction) {
  const Variable x = leaf({0.5, -1.0}), w = leaf({2.0, 3.0});
  sum(kLayer({x, w}) * x).backward();
  const Variable x2 = leaf({0.5, -1.0}), w2 = leaf({2.0, 3.0});
  const Variable y = checkpoint(kLayer, {x2, w2});
  EXPECT_TENSOR_EQ(y.value(), kLayer({x, w}).value());
  sum(y * x2).backward();
  EXPECT_TENSOR_NEAR(x2.grad(), x.grad());  // the sum of other terms
  EXPECT_TENSOR_EQ(w2.grad(), w.grad());
}

TEST(Checkpoint, OfInputsThatAreComputedFromEachOther) {
  const Variable x = leaf({3.0});
  const Variable square = x * x;
  checkpoint(kTimes, {x, square}).backward();
  EXPECT_TENSOR_NEAR(x.grad(), {27.0});  // d(x³)
}

TEST(Checkpoint, OfAnInputThatIsGivenTwice) {
  const Function f = [](const std::vector<Variable>& in) { return in[0] * in[1]; };
  const Variable x = leaf({3.0});
  checkpoint(f, {x, x}).backward();
  EXPECT_TENSOR_NEAR(x.grad(), {6.0});
}

TEST(Checkpoint, CanBeDifferentiatedTwice) {
  const Function cube = [](const std::vector<Variable>& in) { return in[0] * in[0] * in[0]; };
  const Variable x = leaf({2.0});
  const Variable slope = gradients(checkpoint(cube, {x * 1.0}), std::vector{x}, {.create_graph = true})[0];
  EXPECT_TENSOR_NEAR(slope.value(), {12.0});
  EXPECT_TENSOR_NEAR(gradients(slope, std::vector{x})[0].value(), {12.0});  // d(3x²) = 6x
}

TEST(Checkpoint, DrawsTheSameNumbersAgain) {
  const Function noisy = [](const std::vector<Variable>& in) {
    return in[0] * rand(in[0].shape(), {.device = in[0].device()});
  };
  manual_seed(7);
  const Variable x = leaf({1.0, 1.0, 1.0});
  const Variable y = checkpoint(noisy, {x});
  const Tensor next = rand({2}, {.device = backend()});
  sum(y).backward();
  EXPECT_TENSOR_EQ(x.grad(), y.value());
  manual_seed(7);
  static_cast<void>(rand({3}, {.device = backend()}));
  EXPECT_TENSOR_EQ(rand({2}, {.device = backend()}), next);
}

TEST(Checkpoint, RestoresTheGivenGenerators) {
  Generator own(3);
  const Function noisy = [&](const std::vector<Variable>& in) {
    return in[0] * rand(in[0].shape(), {.device = in[0].device()}, own);
  };
  const Variable x = leaf({1.0, 1.0, 1.0});
  const Variable y = checkpoint(noisy, {x}, {&own, &own});
  const Tensor next = rand({2}, {.device = backend()}, own);
  sum(y).backward();
  EXPECT_TENSOR_EQ(x.grad(), y.value());
  Generator other(3);
  static_cast<void>(rand({3}, {.device = backend()}, other));
  EXPECT_TENSOR_EQ(rand({2}, {.device = backend()}, other), next);
  EXPECT_EQ(own.state().offset, other.state().offset);
  EXPECT_ERROR(checkpoint(noisy, {x}, {nullptr}), ValueError,
               "[checkpoint] a generator is null; name those that f uses");
}

TEST(Checkpoint, SaysThatItRecomputes) {
  std::vector<bool> seen;
  const Function f = [&](const std::vector<Variable>& in) {
    seen.push_back(recomputing());
    return in[0] * in[0];
  };
  const Variable x = leaf({3.0});
  checkpoint(f, {x}).backward();
  EXPECT_EQ(seen, (std::vector<bool>{false, true}));
  EXPECT_FALSE(recomputing());
}

TEST(Checkpoint, RefusesVariablesThatAreNotAmongTheInputs) {
  const Variable x = leaf({1.0}), hidden = leaf({2.0, 3.0});
  const Function f = [&](const std::vector<Variable>& in) { return in[0] * hidden; };
  EXPECT_ERROR(checkpoint(f, {x}), ValueError,
               "[checkpoint] the function uses a variable [2] that needs a gradient and is not among the "
               "inputs; pass it too (see inputs_of() for a module's parameters)");
}

TEST(Checkpoint, RefusesAnUndefinedResult) {
  EXPECT_ERROR(checkpoint([](const auto&) { return Variable(); }, {leaf({1.0})}), ValueError,
               "[checkpoint] the function gives an undefined tensor; let it return what it computes");
}

TEST(Checkpoint, RefusesAnEmptyFunctionAndNoInputs) {
  EXPECT_ERROR(checkpoint(kLayer, {}), ValueError,
               "[checkpoint] no inputs were given; pass the variables that the function uses (see "
               "inputs_of() for a module's)");
  EXPECT_ERROR(checkpoint(nullptr, {leaf({1.0})}), ValueError,
               "[checkpoint] the function is empty; pass one to compute");
}

TEST(Checkpoint, IsAConstantWhereNothingNeedsAGradient) {
  EXPECT_FALSE(checkpoint(kLayer, {Variable(here({1.0})), Variable(here({2.0}))}).requires_grad());
  const NoGrad guard;
  EXPECT_FALSE(checkpoint(kLayer, {leaf({1.0}), leaf({2.0})}).requires_grad());
}

TEST(Checkpoint, GivesFrozenInputsNoGradient) {
  Variable x = leaf({3.0}), weight = leaf({2.0});
  weight.set_trainable(false);
  checkpoint(kTimes, {x, weight}).backward();
  EXPECT_TENSOR_EQ(x.grad(), {2.0});
  EXPECT_FALSE(weight.grad().defined());
}

TEST(Checkpoint, GivesInputsThatWereFrozenSinceNoGradient) {
  Variable x = leaf({3.0}), weight = leaf({2.0});
  const Variable y = checkpoint(kTimes, {x, weight});
  weight.set_trainable(false);
  y.backward({.retain_graph = true});
  EXPECT_TENSOR_EQ(x.grad(), {2.0});
  EXPECT_FALSE(weight.grad().defined());
  x.set_trainable(false);
  y.backward({.retain_graph = true});  // as without a checkpoint
  weight.set_trainable(true);
  y.backward();
  EXPECT_FALSE(x.grad().defined());
  EXPECT_TENSOR_EQ(weight.grad(), {3.0});
}

TEST(Checkpoint, ChangesNoGradientOfOtherVariables) {
  Variable x = leaf({3.0}), other = leaf({5.0});
  const Function f = [&](const std::vector<Variable>& in) { return in[0] * other; };
  other.set_trainable(false);
  const Variable y = checkpoint(f, {x});
  other.set_trainable(true);
  x.set_trainable(false);
  y.backward();
  EXPECT_FALSE(other.grad().defined());
}

TEST(Checkpoint, OfAFunctionThatIgnoresItsInputsHasGradientZero) {
  const Variable x = leaf({3.0});
  const Function f = [](const std::vector<Variable>& in) { return Variable(ones_like(in[0].value())); };
  (checkpoint(f, {x}) + x).backward();
  EXPECT_TENSOR_EQ(x.grad(), {1.0});
}

/// The bytes that a chain of layers saves for its backward pass.
std::size_t saved_by_chain(bool with_checkpoints) {
  const Function layer = [](const std::vector<Variable>& in) { return tanh(sin(cos(tanh(in[0])))); };
  Variable x = variable(ones({4096}, {.device = backend()}));
  const std::size_t before = memory_stats(backend()).in_use;
  for (int i = 0; i < 16; ++i) x = with_checkpoints ? checkpoint(layer, {x}) : layer({x});
  return memory_stats(backend()).in_use - before;
}

TEST(Checkpoint, SavesLessMemory) { EXPECT_LT(2 * saved_by_chain(true), saved_by_chain(false)); }

}  // namespace
}  // namespace tinytorch
