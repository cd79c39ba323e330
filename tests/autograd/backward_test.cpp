#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

#include "autograd/ops.h"
#include "autograd/tape.h"
#include "core/allocator.h"
#include "core/error.h"
#include "tests/autograd/leaves.h"
#include "tests/support/backend.h"
#include "tests/support/tensor_matchers.h"

namespace tinytorch {
namespace {

using testing::backend;
using testing::here;
using testing::leaf;
using testing::leaf64;
using testing::scaled;

/// Deeper than recursion could go.
std::int64_t depth() { return scaled(400'000); }

TEST(Backward, DiamondAddsBothPaths) {
  const Variable x = leaf({2.0}), y = x * x;
  (y + y * x).backward();
  EXPECT_TENSOR_NEAR(x.grad(), {16.0});  // d(x² + x³) = 2x + 3x²
}

TEST(Backward, NestedDiamondsAddAllPaths) {
  const Variable x = leaf({1.0});
  Variable y = x;
  for (int i = 0; i < 10; ++i) y = y + y;  // 1024 paths
  y.backward();
  EXPECT_TENSOR_EQ(x.grad(), {1024.0});
}

TEST(Backward, TheSameOperandTwiceCountsTwice) {
  const Variable x = leaf({3.0, 4.0});
  sum(x + x).backward();
  EXPECT_TENSOR_EQ(x.grad(), {2.0, 2.0});
  const Variable z = leaf({3.0, 4.0});
  sum(z * z).backward();
  EXPECT_TENSOR_EQ(z.grad(), {6.0, 8.0});
  const Variable w = leaf({3.0, 4.0});
  sum(w - w).backward();
  EXPECT_TENSOR_EQ(w.grad(), {0.0, 0.0});
}

TEST(Backward, SecondGraphAddsToTheGradient) {
  const Variable x = leaf({3.0});
  (x * 2).backward();
  (x * x).backward();
  EXPECT_TENSOR_EQ(x.grad(), {8.0});
}

TEST(Backward, RetainedGraphRunsAgain) {
  const Variable x = leaf({3.0}), y = exp(x) * x;
  y.backward({.retain_graph = true});
  const Tensor once = x.grad();
  y.backward({.retain_graph = true});
  y.backward();
  EXPECT_TENSOR_NEAR(x.grad(), once * 3);
  EXPECT_ERROR(
      y.backward(), ValueError,
      "[backward] the graph through mul was freed by an earlier backward; pass {.retain_graph = true} to "
      "that one to run another, or detach() what was computed before it, such as a recurrent state");
}

TEST(Backward, FreedPartOfAnotherGraphIsAnError) {
  const Variable x = leaf({3.0}), shared = exp(x);
  (shared * 2).backward();
  const Variable other = shared * 3;
  EXPECT_ERROR(
      other.backward(), ValueError,
      "[backward] the graph through exp was freed by an earlier backward; pass {.retain_graph = true} to "
      "that one to run another, or detach() what was computed before it, such as a recurrent state");
}

TEST(Backward, BackwardOfALeafGivesItsSeed) {
  const Variable x = leaf(Tensor(5.0));
  x.backward();
  EXPECT_TENSOR_EQ(x.grad(), Tensor(1.0f));
  x.backward(2.0);
  EXPECT_TENSOR_EQ(x.grad(), Tensor(3.0f));
}

TEST(Backward, SeedWeighsTheResult) {
  const Variable x = leaf({1.0, 2.0});
  (x * x).backward(here({10.0, 100.0}));
  EXPECT_TENSOR_EQ(x.grad(), {20.0, 400.0});
}

TEST(Backward, AScalarIsASeedOfTheResultsDtype) {
  const Variable x = leaf({1.0, 2.0});
  sum(x * 4).backward(0.5);
  EXPECT_TENSOR_EQ(x.grad(), {2.0, 2.0});
}

TEST(Backward, TheSeedStaysAsItWas) {
  const Variable x = leaf({1.0, 2.0}), y = x + 0;
  const Tensor seed = here({1.0, 1.0});
  y.backward(seed);
  (x * 3).backward(seed);
  EXPECT_TENSOR_EQ(x.grad(), {4.0, 4.0});
  EXPECT_TENSOR_EQ(seed, {1.0, 1.0});
}

TEST(Backward, SeedErrors) {
  const Variable x = leaf({{1.0, 2.0, 3.0}}), y = x * 2;
  EXPECT_ERROR(
      y.backward(), ValueError,
      "[backward] without a seed a gradient starts from one element, but this is [1, 3]; take its sum() or "
      "mean(), or pass a seed of its shape");
  EXPECT_ERROR(y.backward(here({1.0, 2.0, 3.0})), ShapeError,
               "[backward] the seed is [3], but the value is [1, 3]; the shapes must be equal");
  EXPECT_ERROR(y.backward(ones_like(y.value()).to(DType::f64)), DTypeError,
               "[backward] the seed is f64, but the value is f32; convert it with .to(DType::f32)");
  EXPECT_FALSE(x.grad().defined());
}

TEST(Backward, WhatNeedsNoGradientIsAnError) {
  const Variable constant = here({1.0, 2.0});
  EXPECT_ERROR(
      sum(constant).backward(), ValueError,
      "[backward] nothing that this tensor [] was computed from requires a gradient; call the model on "
      "Variable(x), or make inputs with variable(), outside NoGrad, and do not freeze all with "
      "set_trainable(false)");
  EXPECT_ERROR(Variable().backward(), ValueError,
               "[backward] the tensor is undefined; compute it from variables first");
}

TEST(Backward, EmptyResultsNeedASeedAndGiveEmptyGradients) {
  const Variable x = leaf(zeros({0, 3})), y = x * 2;
  y.backward(here(zeros({0, 3})));
  EXPECT_TENSOR_EQ(x.grad(), zeros({0, 3}));
  sum(y.detach() + x).backward();
  EXPECT_TENSOR_EQ(x.grad(), zeros({0, 3}));
}

// Chains on which a recursive backward pass or destructor would overflow the stack.

TEST(DeepChain, RunsBackwardAndIsDestroyed) {
  const Variable x = leaf({1.0});
  Variable y = x;
  for (std::int64_t i = 0; i < depth(); ++i) y = y + 1;
  y.backward();
  EXPECT_TENSOR_EQ(y, {static_cast<float>(depth() + 1)});
  EXPECT_TENSOR_EQ(x.grad(), {1.0});
}

TEST(DeepChain, OfSavedVariables) {
  const Variable x = leaf({1.0}), w = leaf({1.0});
  Variable y = x;
  for (std::int64_t i = 0; i < depth(); ++i) y = y * w;
  y.backward({.retain_graph = true});  // so that the whole graph is left to be destroyed
  EXPECT_TENSOR_EQ(x.grad(), {1.0});
  EXPECT_TENSOR_EQ(w.grad(), {static_cast<float>(depth())});
}

TEST(DeepChain, OwnedByOneSavedVariableOnly) {
  const Variable x = leaf({0.5});
  const Variable end = [&] {
    Variable y = x;
    for (std::int64_t i = 0; i < depth(); ++i) y = tanh(y);
    return y * leaf({1.0}) * 0;
  }();
  end.backward();
  EXPECT_TENSOR_EQ(x.grad(), {0.0});
}

TEST(DeepChain, IsDestroyedWithoutABackward) {
  Variable x = leaf({1.0});
  const std::weak_ptr<Node> first = x.node();
  {
    Variable y = x;
    for (std::int64_t i = 0; i < depth(); ++i) y = sin(y);
    x = Variable();
    EXPECT_FALSE(first.expired());
  }
  EXPECT_TRUE(first.expired());
}

TEST(DeepChain, OfGradientsOfGradients) {
  const std::int64_t length = scaled(20'000);
  const auto n = static_cast<double>(length);
  const Variable x = leaf({1.0});
  Variable y = x;
  for (std::int64_t i = 0; i < length; ++i) y = y * x;
  const std::vector<Variable> first = gradients(y, std::vector{x}, {.create_graph = true});
  const std::vector<Variable> second = gradients(first[0], std::vector{x}, {.create_graph = true});
  EXPECT_TENSOR_NEAR(first[0], {n + 1});
  EXPECT_TENSOR_NEAR(second[0], {(n + 1) * n}, 1e-4);
}

// No two gradients share memory, and none shares it with anything else.

TEST(Aliasing, GradientsOfOneSumAreSeparate) {
  const Variable a = leaf({1.0}), b = leaf({2.0}), c = a + b, d = c + a;
  d.backward();
  Tensor grad = a.grad();
  grad += 100;
  EXPECT_TENSOR_EQ(a.grad(), {102.0});
  EXPECT_TENSOR_EQ(b.grad(), {1.0});
  EXPECT_NE(a.grad().storage(), b.grad().storage());
}

TEST(Aliasing, AGradientIsNotItsSeed) {
  const Variable x = leaf({1.0, 2.0});
  const Tensor seed = here({1.0, 1.0});
  (x + 0).backward(seed);
  Tensor grad = x.grad();
  grad += 5;
  EXPECT_TENSOR_EQ(seed, {1.0, 1.0});
}

TEST(Aliasing, AGradientIsNotWhatTheRuleReturned) {
  const Variable x = leaf({1.0, 2.0});
  const Tensor same = here({7.0, 8.0});
  const Variable y =
      record("same", clone(x.value()), {x}, [&](const RuleArguments&) { return Gradients(same); });
  sum(y).backward();
  sum(y + 0).detach();
  Tensor grad = x.grad();
  grad += 5;
  EXPECT_TENSOR_EQ(same, {7.0, 8.0});
}

TEST(Aliasing, AKeptCopyOfAGradientDoesNotChange) {
  const Variable x = leaf({1.0, 2.0});
  sum(x).backward();
  const Tensor kept = x.grad();
  sum(x).backward();
  EXPECT_TENSOR_EQ(kept, {1.0, 1.0});
  EXPECT_TENSOR_EQ(x.grad(), {2.0, 2.0});
}

TEST(Aliasing, AGradientThatNobodyElseOwnsIsAddedToWithoutMoreMemory) {
  const Variable x = leaf({1.0, 2.0});
  const auto allocations_of_a_pass = [&] {
    const std::uint64_t before = memory_stats(backend()).allocations;
    sum(x).backward();
    return memory_stats(backend()).allocations - before;
  };
  const std::uint64_t first = allocations_of_a_pass();
  EXPECT_EQ(allocations_of_a_pass(), first);
  EXPECT_TENSOR_EQ(x.grad(), {2.0, 2.0});
}

TEST(Aliasing, BroadcastGradientsAreStoredWhole) {
  const Variable x = leaf(zeros({2, 3}));
  sum(x).backward();  // its rule returns a view with strides of 0
  EXPECT_TRUE(x.grad().is_contiguous());
  Tensor first = slice(slice(x.grad(), 0, 0, 1), 1, 0, 1);
  first += 1;
  EXPECT_TENSOR_EQ(x.grad(), {{2.0, 1.0, 1.0}, {1.0, 1.0, 1.0}});
}

TEST(Aliasing, TransposedGradientsAreStoredRowMajor) {
  const Variable x = leaf({{1.0, 2.0, 3.0}, {4.0, 5.0, 6.0}});
  sum(transpose(x) * here({{1.0, 2.0}, {3.0, 4.0}, {5.0, 6.0}})).backward();
  EXPECT_TRUE(x.grad().is_contiguous());
  EXPECT_TENSOR_EQ(x.grad(), {{1.0, 3.0, 5.0}, {2.0, 4.0, 6.0}});
}

TEST(Aliasing, GradientsOfCreatedGraphsAreSeparateToo) {
  const Variable x = leaf({2.0}), y = exp(x);
  y.backward({.create_graph = true});
  Tensor grad = x.grad();
  grad += 1;
  y.backward();  // y's saved result is as it was
  EXPECT_TENSOR_NEAR(x.grad(), {2 * std::exp(2.0F) + 1});
}

TEST(Aliasing, ResultsOfGradientsAreSeparate) {
  const Variable a = leaf({1.0}), b = leaf({2.0}), c = a + b;
  const std::vector<Variable> grads = gradients(c, std::vector{a, b, c, a});
  for (std::size_t i = 0; i < grads.size(); ++i) {
    Tensor grad = grads[i].value();
    grad += static_cast<int>(i) * 10;
  }
  EXPECT_TENSOR_EQ(grads[0], {1.0});
  EXPECT_TENSOR_EQ(grads[1], {11.0});
  EXPECT_TENSOR_EQ(grads[2], {21.0});
  EXPECT_TENSOR_EQ(grads[3], {31.0});
}

// Higher derivatives.

TEST(SecondDerivative, OfACube) {
  const Variable x = leaf64({2.0}), y = x * x * x;
  const Variable first = gradients(y, std::vector{x}, {.create_graph = true})[0];
  const Variable second = gradients(first, std::vector{x}, {.create_graph = true})[0];
  const Variable third = gradients(second, std::vector{x}, {.create_graph = true})[0];
  EXPECT_TENSOR_NEAR(first, Tensor{12.0}.to(DType::f64));
  EXPECT_TENSOR_NEAR(second, Tensor{12.0}.to(DType::f64));
  EXPECT_TENSOR_NEAR(third, Tensor{6.0}.to(DType::f64));
  EXPECT_FALSE(third.requires_grad());  // it does not depend on x
}

TEST(SecondDerivative, OfAPower) {
  const Variable x = leaf64({2.0}), y = pow(x, 3);
  const Variable first = gradients(y, std::vector{x}, {.create_graph = true})[0];
  EXPECT_TENSOR_NEAR(first, Tensor{12.0}.to(DType::f64));
  EXPECT_TENSOR_NEAR(gradients(first, std::vector{x})[0], Tensor{12.0}.to(DType::f64));
}

TEST(SecondDerivative, OfAComposition) {
  const Variable x = leaf64({0.7}), y = exp(sin(x));
  const Variable first = gradients(y, std::vector{x}, {.create_graph = true})[0];
  const double value = std::exp(std::sin(0.7)) * (std::cos(0.7) * std::cos(0.7) - std::sin(0.7));
  const Tensor expected = gradients(first, std::vector{x})[0].value();
  EXPECT_NEAR(expected.item<double>(), value, 1e-6);
}

TEST(SecondDerivative, ThroughBackward) {
  const Variable x = leaf({3.0}), y = x * x * x;
  y.backward({.create_graph = true});
  const Variable first = x.grad_variable();
  EXPECT_TRUE(first.requires_grad());
  EXPECT_TENSOR_NEAR(first, {27.0});
  Variable(x).zero_grad();
  first.backward();
  EXPECT_TENSOR_NEAR(x.grad(), {18.0});
  EXPECT_FALSE(x.grad_variable().requires_grad());
}

TEST(SecondDerivative, OfAGradientPenalty) {
  // |df/dx|² of f = w x² is 4 w² x²; its derivative by w is 8 w x².
  const Variable w = leaf({3.0}), x = leaf({2.0});
  const Variable slope = gradients(w * x * x, std::vector{x}, {.create_graph = true})[0];
  (slope * slope).backward();
  EXPECT_TENSOR_NEAR(w.grad(), {96.0});
}

TEST(SecondDerivative, WithoutCreateGraphTheGradientIsAConstant) {
  const Variable x = leaf({3.0});
  (x * x).backward();
  EXPECT_FALSE(x.grad_variable().requires_grad());
  EXPECT_FALSE(gradients(x * x, std::vector{x})[0].requires_grad());
}

TEST(SecondDerivative, APlainBackwardMakesTheGradientAConstant) {
  const Variable x = leaf({3.0});
  (x * x).backward({.create_graph = true});
  (x * x).backward();
  EXPECT_FALSE(x.grad_variable().requires_grad());
  EXPECT_TENSOR_EQ(x.grad(), {12.0});
  const Variable y = leaf({1.0});
  (y + 0).backward(x * 2);  // the seed was recorded
  EXPECT_FALSE(y.grad_variable().requires_grad());
  EXPECT_TENSOR_EQ(y.grad(), {6.0});
}

TEST(SecondDerivative, GoesThroughTheSeed) {
  const Variable x = leaf({3.0}), weight = leaf({5.0});
  const Variable slope = gradients(x * x, std::vector{x}, {.create_graph = true}, weight)[0];
  EXPECT_TENSOR_EQ(slope, {30.0});
  EXPECT_TENSOR_EQ(gradients(slope, std::vector{weight})[0], {6.0});
}

TEST(SecondDerivative, CreatedGraphsAddUp) {
  const Variable x = leaf({3.0});
  (x * x).backward({.create_graph = true});
  (x * x * x).backward({.create_graph = true});
  const Variable total = x.grad_variable();
  EXPECT_TENSOR_NEAR(total, {33.0});
  EXPECT_TENSOR_NEAR(gradients(total, std::vector{x})[0], {20.0});
}

// gradients()

TEST(Gradients, LeaveTheStoredOnesAlone) {
  const Variable x = leaf({3.0}), w = leaf({4.0});
  const Variable y = w * x;
  y.retain_grad();
  EXPECT_TENSOR_EQ(gradients(y * 1, std::vector{x})[0], {4.0});
  EXPECT_FALSE(x.grad().defined());
  EXPECT_FALSE(w.grad().defined());
  EXPECT_FALSE(y.grad().defined());
}

TEST(Gradients, OfAnUnusedInputAreZero) {
  const Variable x = leaf({3.0}), unused = leaf64({{1.0, 2.0}});
  const std::vector<Variable> grads = gradients(x * x, std::vector{unused, x});
  EXPECT_TENSOR_EQ(grads[0], zeros({1, 2}, {.dtype = DType::f64}));
  EXPECT_TENSOR_EQ(grads[1], {6.0});
}

TEST(Gradients, OfTheOutputItself) {
  const Variable x = leaf({3.0}), y = x * x;
  EXPECT_TENSOR_EQ(gradients(y, std::vector{y}, {}, here({5.0}))[0], {5.0});
}

TEST(Gradients, OfAnIntermediateResultAndWhatItCameFrom) {
  const Variable x = leaf({3.0}), y = x * x, z = y * y;
  const std::vector<Variable> grads = gradients(z, std::vector{y, x});
  EXPECT_TENSOR_EQ(grads[0], {18.0});
  EXPECT_TENSOR_EQ(grads[1], {108.0});
}

TEST(Gradients, OfNoInputsAreNone) {
  const Variable x = leaf({3.0});
  EXPECT_TRUE(gradients(x * x, std::vector<Variable>{}).empty());
}

TEST(Gradients, Errors) {
  const Variable x = leaf({3.0, 4.0}), constant = here({1.0});
  EXPECT_ERROR(
      gradients(sum(x), std::vector{x, constant}), ValueError,
      "[gradients] input 1 [1] requires no gradient; make it, or what it is computed from, with variable()");
  EXPECT_ERROR(
      gradients(constant, std::vector{x}), ValueError,
      "[gradients] nothing that this tensor [1] was computed from requires a gradient; call the model on "
      "Variable(x), or make inputs with variable(), outside NoGrad, and do not freeze all with "
      "set_trainable(false)");
  EXPECT_ERROR(
      gradients(x, std::vector{x}), ValueError,
      "[gradients] without a seed a gradient starts from one element, but this is [2]; take its sum() or "
      "mean(), or pass a seed of its shape");
  EXPECT_ERROR(gradients(x, std::vector{x}, {}, here({1.0})), ShapeError,
               "[gradients] the seed is [1], but the value is [2]; the shapes must be equal");
}

// Threads.

TEST(Threads, SeparateGraphsRunAtOnce) {
  constexpr int kThreads = 2;
  constexpr int kRounds = 200;
  std::vector<Tensor> grads(kThreads);
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&grads, t] {
      const Variable x = leaf({static_cast<float>(t + 1)});
      for (int round = 0; round < kRounds; ++round) (x * x + exp(x * 0)).backward();
      grads[static_cast<std::size_t>(t)] = x.grad();
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_TENSOR_EQ(grads[0], {2.0 * kRounds});
  EXPECT_TENSOR_EQ(grads[1], {4.0 * kRounds});
}

TEST(Threads, ShareALeafTheyDifferentiateBy) {
  const Variable w = leaf({3.0});
  std::vector<Tensor> grads(2);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < grads.size(); ++t) {
    threads.emplace_back([&grads, &w, t] {
      for (int round = 0; round < 100; ++round) {
        grads[t] = gradients(w * w * static_cast<float>(t + 1), std::vector{w})[0].value();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_TENSOR_EQ(grads[0], {6.0});
  EXPECT_TENSOR_EQ(grads[1], {12.0});
}

TEST(Threads, AGraphMayBeDestroyedOnAnotherThread) {
  Variable y = leaf({1.0});
  const std::weak_ptr<Node> first = y.node();
  for (std::int64_t i = 0; i < depth() / 8; ++i) y = y + 1;
  std::thread([y = std::move(y)]() mutable { y = Variable(); }).join();
  EXPECT_TRUE(first.expired());
}

TEST(Threads, AGraphMayOutliveTheThreadsOwnVariables) {
  std::weak_ptr<Node> first;
  std::thread([&first] {
    thread_local Variable kept;  // destroyed while the thread ends
    kept = leaf({1.0});
    first = kept.node();
    for (int i = 0; i < 1000; ++i) kept = sin(kept);
  }).join();
  EXPECT_TRUE(first.expired());
}

TEST(Gradients, LeaveTheGraphBehindTheirInputsAlone) {
  const Variable x = variable(Tensor{3.0}.to(testing::backend()));
  const Variable square = x * x;
  const Variable cube = square * x;
  const std::vector<Variable> inputs{square};
  EXPECT_TENSOR_EQ(gradients(cube, inputs)[0], (Tensor{3.0}));
  sum(square).backward();
  EXPECT_TENSOR_EQ(x.grad(), (Tensor{6.0}));
}

}  // namespace
}  // namespace tinytorch
