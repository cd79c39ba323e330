#include "autograd/gradcheck.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "autograd/ops.h"
#include "autograd/tape.h"
#include "core/error.h"
#include "tests/autograd/leaves.h"
#include "tests/support/tensor_matchers.h"

namespace tinytorch {
namespace {

using testing::here;
using ::testing::StartsWith;

using Inputs2 = std::vector<Variable>;

Tensor as_f64(const Tensor& x) { return here(x).to(DType::f64); }

TEST(Gradcheck, AcceptsRightRules) {
  const GradcheckResult result = gradcheck([](const Inputs2& x) { return exp(x[0]) * x[1]; },
                                           {as_f64({0.5, 1.0}), as_f64({{2.0}, {3.0}})});
  EXPECT_TRUE(result.ok) << result.message;
  EXPECT_EQ(result.message, "");
  EXPECT_TRUE(gradcheck([](const Inputs2& x) { return x[0] * x[0]; }, {Tensor(2.0)}));
}

TEST(Gradcheck, FindsAWrongRuleAndSaysWhere) {
  const auto wrong = [](const Inputs2& x) {
    return record("wrong", x[0].value() + x[1].value() * here({{1.0, 1.0}, {1.0, 2.0}}).to(DType::f64),
                  {x[0], x[1]}, [](const RuleArguments& at) { return Gradients(at.grad, at.grad); });
  };
  const GradcheckResult result =
      gradcheck(wrong, {as_f64({{1.0, 2.0}, {3.0, 4.0}}), as_f64({{1.0, 2.0}, {3.0, 4.0}})});
  EXPECT_FALSE(result);
  EXPECT_THAT(result.message, StartsWith("gradient for input 1 [2, 2] at [1, 1]: the rules give "));
}

TEST(Gradcheck, ShowsBothDerivatives) {
  const auto half = [](const Inputs2& x) { return sum(x[0] * 3) + (x[0] * 3).detach().value() * 0; };
  EXPECT_TRUE(gradcheck(half, {as_f64({1.0})}));
  const auto zero = [](const Inputs2& x) {
    return record("zero", x[0].value() - x[0].value() + 1, {x[0]},
                  [](const RuleArguments& at) { return Gradients(at.grad * 0 + 2); });
  };
  EXPECT_EQ(gradcheck(zero, {as_f64({1.0})}).message,
            "gradient for input 0 [1] at [0]: the rules give 2, finite differences 0");
}

TEST(Gradcheck, FindsAGradientThatIsMissing) {
  const auto cut = [](const Inputs2& x) { return x[0] * 2 + x[1].detach(); };
  EXPECT_THAT(gradcheck(cut, {as_f64({1.0}), as_f64({2.0})}).message,
              StartsWith("gradient for input 1 [1] at [0]: "));
  const auto constant = [](const Inputs2& x) { return x[0].detach(); };
  EXPECT_THAT(gradcheck(constant, {as_f64({1.0})}).message, StartsWith("gradient for input 0 [1] at [0]: "));
}

TEST(Gradcheck, FindsAWrongSecondDerivative) {
  const auto square_once = [](const Inputs2& x) {
    return record("square_once", x[0].value() * x[0].value(), {x[0]},
                  [x = x[0].value()](const RuleArguments& at) { return Gradients(at.grad * 2 * x); });
  };
  EXPECT_TRUE(gradcheck(square_once, {as_f64({1.0})}, {.second_order = false}));
  EXPECT_THAT(
      gradcheck(square_once, {as_f64({1.0})}).message,
      StartsWith("gradient of the gradient for input 0 [1] at [0]: the rules give 0, finite differences "));
}

TEST(Gradcheck, ChecksOneDirectionIfAskedTo) {
  int calls = 0;
  const auto product = [&](const Inputs2& x) {
    ++calls;
    return x[0] * x[1];
  };
  const std::vector<Tensor> inputs{as_f64({0.5, 1.0, 2.0}), as_f64({{2.0}, {3.0}})};
  EXPECT_TRUE(gradcheck(product, inputs, {.second_order = false, .each_element = false}));
  EXPECT_EQ(calls, 5);  // one for the rules, two for each input
  EXPECT_TRUE(
      gradcheck([](const Inputs2& x) { return mean(x[0]); }, {as_f64(zeros({0}))}, {.each_element = false}));
  const auto wrong = [](const Inputs2& x) {
    return record("wrong", x[0].value() * 3, {x[0]}, [](const RuleArguments& at) {
      return Gradients(at.grad * here({3.0, 3.0, 2.9}).to(DType::f64));
    });
  };
  EXPECT_THAT(gradcheck(wrong, {as_f64({1.0, 2.0, 3.0})}, {.each_element = false}).message,
              StartsWith("gradient for input 0 [3] in a random direction: the rules give "));
}

TEST(Gradcheck, RefusesNaN) {
  const auto nan = [](const Inputs2& x) { return log(x[0]); };
  EXPECT_FALSE(gradcheck(nan, {as_f64({-1.0})}));
}

TEST(Gradcheck, WorksUnderNoGradAndRestoresIt) {
  const NoGrad guard;
  EXPECT_TRUE(gradcheck([](const Inputs2& x) { return x[0] * x[0]; }, {as_f64({3.0})}));
  EXPECT_FALSE(grad_enabled());
}

TEST(Gradcheck, LeavesItsInputsAlone) {
  const Tensor x = as_f64({3.0, 4.0});
  const std::uint64_t version = x.version();
  EXPECT_TRUE(gradcheck([](const Inputs2& inputs) { return sin(inputs[0]); }, {x}));
  EXPECT_EQ(x.version(), version);
  EXPECT_TENSOR_EQ(x, Tensor{3.0, 4.0}.to(DType::f64));
}

TEST(Gradcheck, WantsF64) {
  const auto identity = [](const Inputs2& x) { return x[0] * 1; };
  EXPECT_ERROR(gradcheck(identity, {as_f64({1.0}), here({1.0})}), DTypeError,
               "[gradcheck] input 1 is f32; finite differences need f64, convert it with .to(DType::f64)");
  EXPECT_ERROR(gradcheck([](const Inputs2& x) { return x[0].to(DType::f32); }, {as_f64({1.0})}), DTypeError,
               "[gradcheck] the result is f32; finite differences need f64, convert it with .to(DType::f64)");
  EXPECT_ERROR(gradcheck(identity, {Tensor()}), ValueError, "[gradcheck] input 0 is undefined");
  EXPECT_ERROR(gradcheck(identity, {}), ValueError,
               "[gradcheck] no inputs were given; it needs one to differentiate by");
  EXPECT_ERROR(gradcheck(nullptr, {as_f64({1.0})}), ValueError, "[gradcheck] there is no function to check");
}

}  // namespace
}  // namespace tinytorch
