// Gradients at elements that are 0, which the random operands of the op table never are.
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "autograd/gradcheck.h"
#include "autograd/ops.h"
#include "tests/support/backend.h"
#include "tests/support/tensor_matchers.h"

namespace tinytorch::testing {
namespace {

Tensor here_f64(const Tensor& x) { return x.to({.dtype = DType::f64, .device = backend()}); }

/// No zero, one, two, and all.
std::vector<Tensor> lines() {
  return {here_f64({2.0, -3.0, 0.5, 4.0}), here_f64({2.0, 0.0, 0.5, 4.0}), here_f64({0.0, -3.0, 0.0, 4.0}),
          here_f64({0.0, 0.0, 0.0})};
}

TEST(Product, GradientsAreRightWhereElementsAreZero) {
  for (const Tensor& line : lines()) {
    const GradcheckResult whole =
        gradcheck([](const std::vector<Variable>& x) { return prod(x[0]); }, {line});
    EXPECT_TRUE(whole) << whole.message;
  }
  const Variable x = variable(here_f64({3.0, 0.0, 5.0}));
  prod(x).backward();
  EXPECT_TENSOR_EQ(x.grad(), here_f64({0.0, 15.0, 0.0}));
}

TEST(Product, RunningGradientsAreRightWhereElementsAreZero) {
  for (const bool reverse : {false, true}) {
    for (const Tensor& line : lines()) {
      const GradcheckResult running =
          gradcheck([=](const std::vector<Variable>& x) { return cumprod(x[0], 0, reverse); }, {line});
      EXPECT_TRUE(running) << running.message;
    }
  }
}

TEST(Deviation, HasGradientZeroWhereItIsZero) {
  const Variable x = variable(here_f64({{2.0, 2.0}, {1.0, 3.0}}));
  sum(stddev(x, {1}, false, 0)).backward();
  EXPECT_TENSOR_NEAR(x.grad(), here_f64({{0.0, 0.0}, {-0.5, 0.5}}));
}

TEST(Norm, HasGradientZeroWhereItIsZero) {
  for (const double p : {2.0, 1.0, 3.0, 0.5}) {
    const Variable x = variable(here_f64({0.0, 0.0}));
    norm(x, p).backward();
    EXPECT_TENSOR_EQ(x.grad(), here_f64({0.0, 0.0}));
  }
}

TEST(Variance, OfOneElementIsNaN) {
  EXPECT_TENSOR_EQ(var(here_f64({{1.0}, {2.0}}), {1}), here_f64({NAN, NAN}));
}

TEST(Scatter, GivesNoGradientToWhatWasOverwritten) {
  const Variable x = variable(here_f64({1.0, 2.0, 3.0})), source = variable(here_f64({5.0, 6.0, 7.0}));
  const Tensor index = Tensor{2, 0, 2}.to(backend());
  const Variable y = scatter(x, 0, index, source);
  EXPECT_TENSOR_EQ(y, here_f64({6.0, 2.0, 7.0}));
  y.backward(here_f64({10.0, 20.0, 30.0}));
  EXPECT_TENSOR_EQ(x.grad(), here_f64({0.0, 20.0, 0.0}));
  EXPECT_TENSOR_EQ(source.grad(), here_f64({0.0, 10.0, 30.0}));
}

}  // namespace
}  // namespace tinytorch::testing
