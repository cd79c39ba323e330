#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "autograd/functional.h"
#include "autograd/ops.h"
#include "tests/autograd/leaves.h"
#include "tests/support/backend.h"
#include "tests/support/tensor_matchers.h"

namespace tinytorch {
namespace {

using testing::leaf;

/// d(Σ weights[i] * the sum of slice i of x)/dx, where slices are [start, stop) of the last axis.
struct WeightedSlice {
  std::int64_t start, stop;
  double weight;
};
Tensor gradient_of_slices(const Tensor& value, const std::vector<WeightedSlice>& slices) {
  const Variable x = leaf(value);
  Variable total = leaf(Tensor{0.0});
  for (const WeightedSlice& each : slices)
    total = total + sum(slice(x, -1, each.start, each.stop)) * each.weight;
  total.backward();
  return x.grad();
}

TEST(JoinedSlices, OfNeighboursInEitherOrderAreOneGradient) {
  const Tensor x = zeros({2, 4});
  const Tensor whole{{1.0, 2.0, 2.0, 3.0}, {1.0, 2.0, 2.0, 3.0}};
  EXPECT_TENSOR_EQ(gradient_of_slices(x, {{0, 1, 1}, {1, 3, 2}, {3, 4, 3}}), whole);
  EXPECT_TENSOR_EQ(gradient_of_slices(x, {{3, 4, 3}, {1, 3, 2}, {0, 1, 1}}), whole);
  EXPECT_TENSOR_EQ(gradient_of_slices(x, {{1, 3, 2}, {0, 1, 1}, {3, 4, 3}}), whole);
}

TEST(JoinedSlices, LeaveZerosWhereNoSliceIs) {
  const Tensor x = zeros({5});
  EXPECT_TENSOR_EQ(gradient_of_slices(x, {{1, 2, 1}, {2, 4, 2}}), (Tensor{0.0, 1.0, 2.0, 2.0, 0.0}));
  EXPECT_TENSOR_EQ(gradient_of_slices(x, {{0, 1, 1}, {3, 4, 2}}), (Tensor{1.0, 0.0, 0.0, 2.0, 0.0}));
  EXPECT_TENSOR_EQ(gradient_of_slices(x, {{2, 2, 1}}), (Tensor{0.0, 0.0, 0.0, 0.0, 0.0}));
}

TEST(JoinedSlices, AddWhereSlicesOverlap) {
  const Tensor x = zeros({4});
  EXPECT_TENSOR_EQ(gradient_of_slices(x, {{0, 3, 1}, {1, 4, 2}, {2, 3, 4}, {0, 4, 8}}),
                   (Tensor{9.0, 11.0, 15.0, 10.0}));
  // More than a block of gradients.
  EXPECT_TENSOR_EQ(gradient_of_slices(x, std::vector<WeightedSlice>(200, {1, 3, 1})),
                   (Tensor{0.0, 200.0, 200.0, 0.0}));
}

TEST(JoinedSlices, AddToTheGradientOfTheWhole) {
  const Variable x = leaf({1.0, 2.0, 3.0});
  (sum(slice(x, 0, 0, 1)) * 2 + sum(x * x) + sum(slice(x, 0, 1)) * 3).backward();
  EXPECT_TENSOR_EQ(x.grad(), (Tensor{4.0, 7.0, 9.0}));
}

TEST(JoinedSlices, OfSeveralAxesAndSteps) {
  const Variable x = leaf({{0.0, 0.0, 0.0}, {0.0, 0.0, 0.0}});
  (sum(slice(x, 0, 0, 1)) + sum(slice(x, 1, 0, {}, 2)) * 2 + sum(slice(x, 1, 1, 2)) * 4).backward();
  EXPECT_TENSOR_EQ(x.grad(), (Tensor{{3.0, 5.0, 3.0}, {2.0, 4.0, 2.0}}));
}

TEST(JoinedSlices, AddToEarlierGradientsAndStayWithTheGraph) {
  const Variable x = leaf({1.0, 2.0});
  const Variable y = sum(slice(x, 0, 0, 1)) + sum(slice(x, 0, 1)) * 2;
  y.backward({.retain_graph = true});
  y.backward();
  EXPECT_TENSOR_EQ(x.grad(), (Tensor{2.0, 4.0}));
}

TEST(JoinedSlices, OfGradientsThatAreDifferentiatedAgain) {
  const Variable x = leaf({1.0, 2.0, 3.0});
  const Variable y = sum(pow(slice(x, 0, 0, 2), 3)) + sum(pow(slice(x, 0, 2), 3));
  const Variable first = gradients(y, std::vector{x}, {.create_graph = true})[0];
  EXPECT_TENSOR_EQ(first.value(), (Tensor{3.0, 12.0, 27.0}));
  sum(first).backward();
  EXPECT_TENSOR_EQ(x.grad(), (Tensor{6.0, 12.0, 18.0}));
}

TEST(JoinedSlices, ShareNoMemoryWithTheSeed) {
  const Variable x = leaf({1.0, 2.0});
  Tensor seed = testing::here(Tensor{1.0, 2.0});
  slice(x, 0).backward(Variable(seed));
  seed += 1;
  EXPECT_TENSOR_EQ(x.grad(), (Tensor{1.0, 2.0}));
}

}  // namespace
}  // namespace tinytorch
