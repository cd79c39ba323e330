#include "autograd/functional.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "autograd/ops.h"
#include "core/error.h"
#include "tests/autograd/leaves.h"
#include "tests/support/backend.h"
#include "tests/support/tensor_matchers.h"

namespace tinytorch {
namespace {

using testing::backend;
using testing::here;

const Function kProduct = [](const std::vector<Variable>& in) { return in[0] * sin(in[1]); };

TEST(Vjp, GivesTheValueAndAGradientForEachInput) {
  const Vjp result = vjp(kProduct, {here({2.0, 3.0}), here({0.0, 0.0})}, here({1.0, 10.0}));
  EXPECT_TENSOR_NEAR(result.value, {0.0, 0.0});
  EXPECT_TENSOR_NEAR(result.gradients[0], {0.0, 0.0});   // sin(0)
  EXPECT_TENSOR_NEAR(result.gradients[1], {2.0, 30.0});  // seed x cos(0)
}

TEST(Jvp, GivesTheChangeAlongTheTangents) {
  const Jvp result =
      jvp(kProduct, {here({2.0, 3.0}), here({0.0, 0.0})}, {here({1.0, 1.0}), here({0.5, 2.0})});
  EXPECT_TENSOR_NEAR(result.value, {0.0, 0.0});
  EXPECT_TENSOR_NEAR(result.tangent, {1.0, 6.0});  // sin(0) dx + x cos(0) dy
}

TEST(Jvp, OfALinearFunctionIsTheFunction) {
  const Tensor matrix = here({{1.0, 2.0}, {3.0, 4.0}, {5.0, 6.0}});
  const Function f = [&](const std::vector<Variable>& in) { return matmul(Variable(matrix), in[0]); };
  const Tensor tangent = here({7.0, -1.0});
  EXPECT_TENSOR_NEAR(jvp(f, {here({1.0, 1.0})}, {tangent}).tangent, {5.0, 17.0, 29.0});
}

TEST(Jvp, OfAConstantIsZero) {
  const Function f = [](const auto&) { return Variable(here({1.0, 2.0})); };
  EXPECT_TENSOR_EQ(jvp(f, {here({1.0})}, {here({1.0})}).tangent, {0.0, 0.0});
}

TEST(Jvp, SaysWhatDoesNotFit) {
  const std::vector<Tensor> inputs{here({2.0, 3.0}), here({0.0, 0.0})};
  EXPECT_ERROR(jvp(kProduct, inputs, {here({1.0, 1.0})}), ValueError,
               "[jvp] there are 2 inputs, but 1 tangents; give one for each input");
  EXPECT_ERROR(jvp(kProduct, inputs, {here({1.0, 1.0}), here({1.0})}), ShapeError,
               "[jvp] tangent 1 is [1], but its input is [2]; the shapes must be equal");
  EXPECT_ERROR(jvp(kProduct, inputs, {here({1.0, 1.0}).to(DType::f64), here({1.0, 1.0})}), DTypeError,
               "[jvp] tangent 0 is f64, but its input is f32; convert it with .to(DType::f32)");
  EXPECT_ERROR(jvp(kProduct, {}, {}), ValueError,
               "[jvp] no inputs were given; it needs one to differentiate by");
}

TEST(Jvp, TakesScalarsAsTangents) {
  const Function square_of = [](const std::vector<Variable>& in) { return in[0] * in[0]; };
  const Tensor x = full({}, 3, {.dtype = DType::f32, .device = backend()});
  EXPECT_TENSOR_NEAR(jvp(square_of, {x}, {2.0}).tangent, full({}, 12, {.dtype = DType::f32}));
  EXPECT_TENSOR_NEAR(jvp(square_of, {3.0}, {full({}, 2, {.dtype = DType::f32})}).tangent,
                     full({}, 12, {.dtype = DType::f32}));
  EXPECT_ERROR(jvp(square_of, {x}, {Tensor()}), ValueError,
               "[jvp] tangent 0 is undefined; give zeros if it is 0");
}

TEST(Functional, NamesWhatWasCalledAndNotWhatItCalls) {
  const Function in_f64 = [](const std::vector<Variable>& in) { return in[0].to(DType::f64); };
  EXPECT_ERROR(vjp(in_f64, {here({1.0})}, here({1.0})), DTypeError,
               "[vjp] the seed is f32, but the function's value is f64; convert it with .to(DType::f64)");
  const std::string refused =
      " gradients need floating elements, but this is i64 [1]; convert it with .to(DType::f32)";
  EXPECT_ERROR(vjp(in_f64, {here({1})}), DTypeError, "[vjp]" + refused);
  EXPECT_ERROR(jvp(in_f64, {here({1})}, {here({1})}), DTypeError, "[jvp]" + refused);
  const auto f = [](const Variable& x) { return x; };
  EXPECT_ERROR(jacobian(f, here({1})), DTypeError, "[jacobian]" + refused);
  EXPECT_ERROR(hessian(f, here({1})), DTypeError, "[hessian]" + refused);
}

TEST(Functional, LeavesTheNamesOfErrorsOfTheFunction) {
  const auto product = [](const Variable& x) { return matmul(x, ones_like(x)); };
  const auto with_hook = [&](const Variable& x) {
    const Variable y = x * 2;
    y.register_hook(product);
    return y;
  };
  for (const auto& f : std::vector<std::function<Variable(const Variable&)>>{product, with_hook}) {
    EXPECT_THAT(
        [&] {
          jacobian(f, here({{1.0, 2.0}}));
        },
        ::testing::ThrowsMessage<ShapeError>(::testing::StartsWith("[matmul]")));
  }
}

TEST(Vjp, OfAConstantIsZeroForASeedThatFits) {
  const Function constant = [](const auto&) { return Variable(here({1.0, 2.0})); };
  EXPECT_ERROR(vjp(constant, {here({1.0})}, here({1.0})), ShapeError,
               "[vjp] the seed is [1], but the function's value is [2]; the shapes must be equal");
  EXPECT_ERROR(vjp(constant, {here({1.0})}), ValueError,
               "[vjp] the function gives [2]; take its sum() or mean(), or pass a seed of that shape");
  EXPECT_TENSOR_EQ(vjp(constant, {here({3.0})}, here({1.0, 1.0})).gradients[0], {0.0});
}

TEST(Functional, RefusesWhatIsNoFunction) {
  EXPECT_ERROR(vjp(Function(), {here({1.0})}), ValueError, "[vjp] there is no function to differentiate");
  const Function nothing = [](const auto&) { return Variable(); };
  EXPECT_ERROR(jvp(nothing, {here({1.0})}, {here({1.0})}), ValueError,
               "[jvp] the function gives an undefined tensor; let it return what it computes");
  EXPECT_ERROR(hessian([](const Variable&) { return Variable(); }, here({1.0})), ValueError,
               "[hessian] the function gives an undefined tensor; let it return what it computes");
}

TEST(Jacobian, HasTheOutputsAxesAndThenTheInputs) {
  const Tensor x = here({{1.0, 2.0}, {3.0, 4.0}});
  const Tensor result = jacobian([](const Variable& at) { return sum(at * at, {1}); }, x);
  EXPECT_EQ(result.shape(), (Shape{2, 2, 2}));
  EXPECT_TENSOR_NEAR(result, {{{2.0, 4.0}, {0.0, 0.0}}, {{0.0, 0.0}, {6.0, 8.0}}});
}

TEST(Jacobian, OfAResultInAnotherDtypeIsInThatOfTheInput) {
  const auto f = [](const Variable& x) { return x.to(DType::f64) * 3; };
  EXPECT_TENSOR_EQ(jacobian(f, here({1.0, 2.0})), here({{3.0, 0.0}, {0.0, 3.0}}));
  const Function of_one = [&](const std::vector<Variable>& in) { return f(in[0]); };
  EXPECT_TENSOR_EQ(jvp(of_one, {here({1.0, 2.0})}, {here({1.0, -1.0})}).tangent,
                   here({3.0, -3.0}).to(DType::f64));
}

TEST(Jacobian, RefusesWhatIsNotFloating) {
  EXPECT_THROW(jacobian([](const Variable& at) { return at; }, here({1, 2})), DTypeError);
}

TEST(Hessian, HasAllSecondDerivatives) {
  // x² y + y³ at (2, 3).
  const auto f = [](const Variable& at) {
    const Variable x = select(at, 0, 0), y = select(at, 0, 1);
    return x * x * y + y * y * y;
  };
  EXPECT_TENSOR_NEAR(hessian(f, here({2.0, 3.0})), {{6.0, 4.0}, {4.0, 18.0}});
}

TEST(Hessian, OfALinearFunctionIsZero) {
  EXPECT_TENSOR_EQ(hessian([](const Variable& at) { return sum(at); }, here({1.0, 2.0})),
                   {{0.0, 0.0}, {0.0, 0.0}});
}

TEST(Hessian, WantsOneElement) {
  EXPECT_ERROR(hessian([](const Variable& at) { return at * at; }, here({1.0, 2.0})), ShapeError,
               "[hessian] the function gives [2], not one element; take its sum() or mean()");
}

}  // namespace
}  // namespace tinytorch
