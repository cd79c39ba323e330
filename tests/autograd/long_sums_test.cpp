// Gradients that are sums of many terms: exact to 1e-6 at any length.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "autograd/ops.h"
#include "tests/support/backend.h"
#include "tests/support/threads.h"

namespace tinytorch::testing {
namespace {

// Rounds the sums of a chain to one side.
constexpr float kTerm = 0.1F;

Variable filled(const Shape& shape, float value) {
  return variable(full(shape, value, {.device = backend()}));
}

void expect_near(const Tensor& x, double expected) {
  double worst = 0;
  for (const double element : x.to_vector<double>())
    worst = std::max(worst, std::abs(element / expected - 1));
  EXPECT_LE(worst, 1e-6);
}

TEST(LongSums, OfTheGradientsOfLinearAreExact) {
  const std::int64_t rows = scaled(1'000'000);
  for (const int threads : {1, 2, 3}) {
    const Variable x = filled({rows, 3}, kTerm), weight = filled({4, 3}, 1), bias = filled({4}, 0);
    on_threads(threads, [&] {
      linear(x, weight, bias).backward(full({rows, 4}, kTerm, {.device = backend()}));
      return weight.grad();
    });
    expect_near(weight.grad(), double{kTerm} * double{kTerm} * static_cast<double>(rows));
    expect_near(bias.grad(), kTerm * static_cast<double>(rows));
    expect_near(x.grad(), 4.0 * kTerm);
  }
}

TEST(LongSums, OfTheGradientsOfAVectorAreExact) {
  const std::int64_t rows = scaled(1'000'000);
  const Variable a = filled({rows, 3}, kTerm), v = filled({3}, 1);
  matmul(a, v).backward(full({rows}, kTerm, {.device = backend()}));
  expect_near(v.grad(), double{kTerm} * double{kTerm} * static_cast<double>(rows));
}

TEST(LongSums, OfTheGradientsOfConvolutionsAreExact) {
  const std::int64_t length = scaled(500'000);
  const Variable x = filled({2, 2, length}, kTerm), weight = filled({3, 2, 1}, 1), bias = filled({3}, 0);
  conv1d(x, weight, bias).backward(full({2, 3, length}, kTerm, {.device = backend()}));
  expect_near(weight.grad(), double{kTerm} * double{kTerm} * 2 * static_cast<double>(length));
  expect_near(bias.grad(), kTerm * 2.0 * static_cast<double>(length));
}

TEST(LongSums, OfTheGradientsOfRepeatedRowsAreExact) {
  const std::int64_t length = scaled(500'000);
  const Tensor index = zeros({length}, {.dtype = DType::i64, .device = backend()});
  const Variable table = filled({1, 2}, 1);
  embedding(table, index).backward(full({length, 2}, kTerm, {.device = backend()}));
  expect_near(table.grad(), kTerm * static_cast<double>(length));
}

TEST(LongSums, OfTheGradientsOfNormalizationsAreExact) {
  const std::int64_t rows = scaled(500'000);
  const Variable weight = filled({1}, 1), bias = filled({1}, 0);
  const Tensor x = concat({filled({rows, 1, 2}, 1).value(), filled({rows, 1, 2}, -1).value()}, 2);
  const Tensor grad = concat({filled({rows, 1, 2}, kTerm).value(), filled({rows, 1, 2}, 0).value()}, 2);
  group_norm(Variable(x), 1, weight, bias, 0).backward(grad);
  expect_near(weight.grad(), kTerm * 2.0 * static_cast<double>(rows));
  expect_near(bias.grad(), kTerm * 2.0 * static_cast<double>(rows));
}

TEST(LongSums, OfManyUsesOfAWeightAreExact) {
  const std::int64_t steps = scaled(100'000);
  const Variable weight = filled({2}, 1);
  const Tensor seed = full({2}, kTerm, {.device = backend()});
  std::vector<Variable> uses;
  for (std::int64_t step = 0; step < steps; ++step) uses.push_back(weight * 1);
  stack(uses).backward(expand(seed, {steps, 2}));
  expect_near(weight.grad(), kTerm * static_cast<double>(steps));
}

TEST(LongSums, OfReductionsAreExact) {
  const std::int64_t length = scaled(1'000'000);
  const Tensor x = full({length}, kTerm, {.device = backend()});
  const auto n = static_cast<double>(length);
  expect_near(sum(x), kTerm * n);
  expect_near(mean(x), kTerm);
  expect_near(slice(cumsum(x, 0), 0, length - 1, length), kTerm * n);
  expect_near(norm(x), kTerm * std::sqrt(n));
  const Tensor index = zeros({length}, {.dtype = DType::i64, .device = backend()});
  expect_near(index_add(zeros({1}, {.device = backend()}), 0, index, x), kTerm * n);
}

}  // namespace
}  // namespace tinytorch::testing
