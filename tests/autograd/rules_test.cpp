#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "autograd/gradcheck.h"
#include "autograd/ops.h"
#include "core/error.h"
#include "core/ops/random.h"
#include "tests/autograd/leaves.h"
#include "tests/support/backend.h"
#include "tests/support/gradcheck_options.h"
#include "tests/support/tensor_matchers.h"

namespace tinytorch {
namespace {

using testing::here;
using testing::leaf;
using testing::leaf64;

using Arguments = std::vector<Variable>;
using Function = std::function<Variable(const Arguments&)>;

/// An op with random inputs between low and high, which are almost certainly away from its kinks.
struct RuleCase {
  std::string name;
  Function f;
  std::vector<Shape> shapes;
  double low = -2;
  double high = 2;
};

/// What GoogleTest prints.
void PrintTo(const RuleCase& rule, std::ostream* out) {
  *out << rule.name;
  for (const Shape& shape : rule.shapes) *out << ' ' << to_string(shape);
}

std::vector<Tensor> draw(const RuleCase& rule) {
  Generator generator(42);
  std::vector<Tensor> inputs;
  for (const Shape& shape : rule.shapes) {
    const Tensor unit = rand(shape, {.dtype = DType::f64, .device = testing::backend()}, generator);
    inputs.push_back(unit * (rule.high - rule.low) + rule.low);
  }
  return inputs;
}

/// "odd_by_row" and so on: pairs of shapes that broadcast, in both directions.
const std::vector<std::pair<std::string, std::vector<Shape>>> kPairs{
    {"same", {{3, 5}, {3, 5}}},      {"row_right", {{3, 5}, {5}}},
    {"row_left", {{5}, {3, 5}}},     {"column_right", {{3, 5}, {3, 1}}},
    {"outer", {{3, 1}, {1, 5}}},     {"zero_dim_right", {{2, 3}, {}}},
    {"zero_dim_left", {{}, {2, 3}}}, {"zero_dims", {{}, {}}},
    {"ones", {{1, 1}, {1}}},         {"middle", {{2, 1, 3}, {2, 1}}},
    {"empty", {{0, 3}, {3}}},        {"empty_from_one", {{1, 3}, {0, 3}}},
    {"odd", {{17}, {17}}},
};
const std::vector<std::pair<std::string, std::vector<Shape>>> kSingles{
    {"zero_dim", {{}}}, {"one", {{1}}}, {"matrix", {{3, 5}}}, {"empty", {{0, 2}}}, {"odd", {{17}}}};

std::vector<RuleCase> binary_rules() {
  const std::vector<RuleCase> ops{
      {"add", [](const Arguments& x) { return x[0] + x[1]; }, {}},
      {"sub", [](const Arguments& x) { return x[0] - x[1]; }, {}},
      {"mul", [](const Arguments& x) { return x[0] * x[1]; }, {}},
      {"div", [](const Arguments& x) { return x[0] / x[1]; }, {}, 0.5, 2},
      {"pow", [](const Arguments& x) { return pow(x[0], x[1]); }, {}, 0.5, 2},
      {"maximum", [](const Arguments& x) { return maximum(x[0], x[1]); }, {}},
      {"minimum", [](const Arguments& x) { return minimum(x[0], x[1]); }, {}},
      {"where", [](const Arguments& x) { return where(x[0].value() < 0.3, x[0] * 2, x[1]); }, {}},
  };
  std::vector<RuleCase> rules;
  for (const RuleCase& op : ops) {
    for (const auto& [name, shapes] : kPairs) {
      rules.push_back(op);
      rules.back().name += "_" + name;
      rules.back().shapes = shapes;
    }
  }
  return rules;
}

std::vector<RuleCase> unary_rules() {
  const std::vector<RuleCase> ops{
      {"neg", [](const Arguments& x) { return -x[0]; }, {}},
      {"abs", [](const Arguments& x) { return abs(x[0]); }, {}},
      {"sign", [](const Arguments& x) { return sign(x[0]); }, {}},
      {"exp", [](const Arguments& x) { return exp(x[0]); }, {}},
      {"log", [](const Arguments& x) { return log(x[0]); }, {}, 0.5, 2},
      {"sqrt", [](const Arguments& x) { return sqrt(x[0]); }, {}, 0.5, 2},
      {"sin", [](const Arguments& x) { return sin(x[0]); }, {}},
      {"cos", [](const Arguments& x) { return cos(x[0]); }, {}},
      {"tanh", [](const Arguments& x) { return tanh(x[0]); }, {}},
      {"relu", [](const Arguments& x) { return relu(x[0]); }, {}},
      {"sigmoid", [](const Arguments& x) { return sigmoid(x[0]); }, {}},
      {"square", [](const Arguments& x) { return square(x[0]); }, {}},
      {"cube", [](const Arguments& x) { return pow(x[0], 3); }, {}},
      {"power_of_number", [](const Arguments& x) { return pow(2, x[0]); }, {}},
      {"number_over", [](const Arguments& x) { return 3 / x[0]; }, {}, 0.5, 2},
      {"clone", [](const Arguments& x) { return clone(x[0]); }, {}},
      {"contiguous", [](const Arguments& x) { return contiguous(x[0]); }, {}},
      {"sum", [](const Arguments& x) { return sum(x[0]); }, {}},
      {"sum_keepdim", [](const Arguments& x) { return sum(x[0], {}, true) * x[0]; }, {}},
      {"flatten", [](const Arguments& x) { return flatten(x[0]); }, {}},
      {"unsqueeze", [](const Arguments& x) { return square(unsqueeze(x[0], -1)); }, {}},
      {"expand_new_axes", [](const Arguments& x) { return x[0] * 2 + expand(x[0], x[0].shape()); }, {}},
  };
  std::vector<RuleCase> rules;
  for (const RuleCase& op : ops) {
    for (const auto& [name, shapes] : kSingles) {
      rules.push_back(op);
      rules.back().name += "_" + name;
      rules.back().shapes = shapes;
    }
  }
  return rules;
}

std::vector<RuleCase> other_rules() {
  return {
      {"softmax_last", [](const Arguments& x) { return softmax(x[0]); }, {{3, 5}}},
      {"softmax_first", [](const Arguments& x) { return softmax(x[0], 0); }, {{3, 5}}},
      {"softmax_middle", [](const Arguments& x) { return softmax(x[0], 1); }, {{2, 3, 2}}},
      {"softmax_one", [](const Arguments& x) { return softmax(x[0]); }, {{1}}},
      {"softmax_empty", [](const Arguments& x) { return softmax(x[0]); }, {{0, 3}}},
      {"log_softmax_last", [](const Arguments& x) { return log_softmax(x[0]); }, {{3, 5}}},
      {"log_softmax_first", [](const Arguments& x) { return log_softmax(x[0], 0); }, {{3, 5}}},
      {"log_softmax_middle", [](const Arguments& x) { return log_softmax(x[0], -2); }, {{2, 3, 2}}},
      {"log_softmax_empty", [](const Arguments& x) { return log_softmax(x[0]); }, {{0, 3}}},

      {"sum_axis", [](const Arguments& x) { return sum(x[0], {0}); }, {{3, 5}}},
      {"sum_last_keepdim", [](const Arguments& x) { return sum(x[0], {-1}, true); }, {{3, 5}}},
      {"sum_outer_axes",
       [](const Arguments& x) {
         return sum(x[0], {2, 0});
       },
       {{2, 3, 2}}},
      {"sum_of_none", [](const Arguments& x) { return sum(x[0], {1}); }, {{2, 0, 3}}},
      {"mean", [](const Arguments& x) { return mean(x[0]); }, {{3, 5}}},
      {"mean_axis", [](const Arguments& x) { return mean(x[0], {1}, true); }, {{3, 5}}},
      {"max", [](const Arguments& x) { return max(x[0]); }, {{3, 5}}},
      {"max_axis", [](const Arguments& x) { return max(x[0], {0}); }, {{3, 5}}},
      {"max_outer_axes_keepdim",
       [](const Arguments& x) {
         return max(x[0], {0, -1}, true);
       },
       {{2, 3, 2}}},
      {"max_zero_dim", [](const Arguments& x) { return max(x[0]); }, {{}}},
      {"max_empty", [](const Arguments& x) { return max(x[0], {1}); }, {{0, 3}}},
      {"min", [](const Arguments& x) { return min(x[0]); }, {{17}}},
      {"min_axis", [](const Arguments& x) { return min(x[0], {-1}); }, {{3, 5}}},

      {"matmul", [](const Arguments& x) { return matmul(x[0], x[1]); }, {{3, 4}, {4, 2}}},
      {"matmul_dot", [](const Arguments& x) { return matmul(x[0], x[1]); }, {{5}, {5}}},
      {"matmul_vector_left", [](const Arguments& x) { return matmul(x[0], x[1]); }, {{4}, {4, 2}}},
      {"matmul_vector_right", [](const Arguments& x) { return matmul(x[0], x[1]); }, {{3, 4}, {4}}},
      {"matmul_batched", [](const Arguments& x) { return matmul(x[0], x[1]); }, {{2, 3, 4}, {2, 4, 2}}},
      {"matmul_shared_right", [](const Arguments& x) { return matmul(x[0], x[1]); }, {{2, 3, 4}, {4, 2}}},
      {"matmul_shared_left", [](const Arguments& x) { return matmul(x[0], x[1]); }, {{3, 4}, {2, 4, 2}}},
      {"matmul_batches_broadcast",
       [](const Arguments& x) { return matmul(x[0], x[1]); },
       {{2, 1, 2, 3}, {3, 3, 1}}},
      {"matmul_batch_vector", [](const Arguments& x) { return matmul(x[0], x[1]); }, {{2, 3, 4}, {4}}},
      {"matmul_vector_batch", [](const Arguments& x) { return matmul(x[0], x[1]); }, {{4}, {2, 4, 3}}},
      {"matmul_inner_0", [](const Arguments& x) { return matmul(x[0], x[1]); }, {{3, 0}, {0, 2}}},
      {"matmul_batch_of_0", [](const Arguments& x) { return matmul(x[0], x[1]); }, {{0, 3, 4}, {4, 2}}},
      {"matmul_rows_0", [](const Arguments& x) { return matmul(x[0], x[1]); }, {{0, 4}, {4, 2}}},
      {"matmul_with_itself", [](const Arguments& x) { return matmul(x[0], x[0]); }, {{3, 3}}},
      {"linear", [](const Arguments& x) { return linear(x[0], x[1], x[2]); }, {{2, 3}, {4, 3}, {4}}},
      {"linear_batched",
       [](const Arguments& x) { return linear(x[0], x[1], x[2]); },
       {{2, 2, 3}, {4, 3}, {4}}},

      {"reshape",
       [](const Arguments& x) {
         return reshape(x[0], {3, -1});
       },
       {{2, 6}}},
      {"reshape_of_transposed",
       [](const Arguments& x) {
         return reshape(transpose(x[0]), {4, 3});
       },
       {{2, 6}}},
      {"permute",
       [](const Arguments& x) {
         return permute(x[0], {2, 0, -2});
       },
       {{2, 3, 4}}},
      {"transpose", [](const Arguments& x) { return transpose(x[0]); }, {{3, 5}}},
      {"expand",
       [](const Arguments& x) {
         return expand(x[0], {4, 3, 2});
       },
       {{3, 1}}},
      {"expand_keeping",
       [](const Arguments& x) {
         return expand(x[0], {2, -1, 5});
       },
       {{3, 1}}},
      {"expand_zero_dim",
       [](const Arguments& x) {
         return expand(x[0], {2, 2});
       },
       {{}}},
      {"expand_to_none",
       [](const Arguments& x) {
         return expand(x[0], {0, 3});
       },
       {{1, 3}}},
      {"squeeze", [](const Arguments& x) { return squeeze(x[0]); }, {{1, 3, 1}}},
      {"squeeze_axis", [](const Arguments& x) { return squeeze(x[0], -1); }, {{1, 3, 1}}},
      {"slice", [](const Arguments& x) { return slice(x[0], 0, 1, 3); }, {{4, 2}}},
      {"slice_steps", [](const Arguments& x) { return slice(x[0], -1, -6, {}, 2); }, {{2, 7}}},
      {"slice_of_none", [](const Arguments& x) { return slice(x[0], 0, 3, 1); }, {{4, 2}}},
      {"select", [](const Arguments& x) { return select(x[0], 1, -1); }, {{3, 4}}},
      {"slice_scatter",
       [](const Arguments& x) { return slice_scatter(x[0], x[1], 1, 0, {}, 2); },
       {{3, 5}, {3, 3}}},
      {"slice_scatter_broadcast",
       [](const Arguments& x) { return slice_scatter(x[0], x[1], 0, 1); },
       {{3, 5}, {5}}},
      {"slice_scatter_number",
       [](const Arguments& x) { return slice_scatter(x[0], x[1], 0, 1, 2); },
       {{3, 5}, {}}},
      {"concat",
       [](const Arguments& x) {
         return concat({x[0], x[1], x[0]}, 0);
       },
       {{2, 3}, {1, 3}}},
      {"concat_last",
       [](const Arguments& x) {
         return concat({x[0], x[1], x[2]}, -1);
       },
       {{2, 3}, {2, 0}, {2, 2}}},
      {"stack",
       [](const Arguments& x) {
         return stack(Arguments{x[0], x[1]}, 1);
       },
       {{2, 3}, {2, 3}}},
      {"sum_to",
       [](const Arguments& x) {
         return sum_to(x[0], {3, 1});
       },
       {{2, 3, 4}}},
      {"composed",
       [](const Arguments& x) { return mean(square(softmax(tanh(matmul(x[0], x[1])) + x[2]) - 0.2)); },
       {{3, 4}, {4, 2}, {2}}},
  };
}

std::vector<RuleCase> all_rules() {
  std::vector<RuleCase> rules = binary_rules();
  for (auto more : {unary_rules(), other_rules()}) rules.insert(rules.end(), more.begin(), more.end());
  return rules;
}

class Rule : public ::testing::TestWithParam<RuleCase> {};

TEST_P(Rule, AgreesWithFiniteDifferences) {
  const GradcheckResult result = gradcheck(GetParam().f, draw(GetParam()), testing::gradcheck_options());
  EXPECT_TRUE(result.ok) << result.message;
}

TEST_P(Rule, GivesInF32WhatItGivesInF64) {
  Arguments wide, narrow;
  for (const Tensor& input : draw(GetParam())) {
    narrow.push_back(variable(input.to(DType::f32)));
    wide.push_back(variable(narrow.back().value().to(DType::f64)));
  }
  sum(GetParam().f(wide)).backward();
  sum(GetParam().f(narrow)).backward();
  for (std::size_t i = 0; i < wide.size(); ++i) {
    EXPECT_TENSOR_NEAR(narrow[i].grad(), wide[i].grad().to(DType::f32), 1e-4);
  }
}

std::string name_of(const ::testing::TestParamInfo<RuleCase>& info) { return info.param.name; }

INSTANTIATE_TEST_SUITE_P(All, Rule, ::testing::ValuesIn(all_rules()), name_of);

// Where the definition makes a choice.

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

Tensor f64(const Tensor& x) { return here(x).to(DType::f64); }

TEST(RuleAtKinks, ReluAtZeroIsZero) {
  const Variable x = leaf({-1.0, 0.0, -0.0, 2.0});
  sum(relu(x)).backward();
  EXPECT_TENSOR_EQ(x.grad(), {0.0, 0.0, 0.0, 1.0});
}

TEST(RuleAtKinks, LeakyReluAtZeroIsItsSlope) {
  const Variable x = leaf({-1.0, 0.0, -0.0, 2.0});
  sum(leaky_relu(x, 0.25)).backward();
  EXPECT_TENSOR_EQ(x.grad(), {0.25, 0.25, 0.25, 1.0});
}

TEST(RuleAtKinks, LogSumExpOfOnlyMinusInfinityIsNaN) {
  const Variable x = leaf64({-kInf, -kInf});
  logsumexp(x).backward();
  EXPECT_TENSOR_EQ(x.grad(), f64({kNaN, kNaN}));
}

TEST(RuleAtKinks, AbsAtZeroIsZero) {
  const Variable x = leaf({-1.0, 0.0, 2.0});
  sum(abs(x)).backward();
  EXPECT_TENSOR_EQ(x.grad(), {-1.0, 0.0, 1.0});
}

TEST(RuleAtKinks, EqualOperandsOfMaximumShare) {
  const Variable a = leaf({1.0, 2.0, 3.0}), b = leaf({2.0, 2.0, 2.0});
  sum(maximum(a, b) * 4).backward();
  EXPECT_TENSOR_EQ(a.grad(), {0.0, 2.0, 4.0});
  EXPECT_TENSOR_EQ(b.grad(), {4.0, 2.0, 0.0});
  const Variable c = leaf({1.0, 2.0, 3.0});
  sum(minimum(c, 2)).backward();
  EXPECT_TENSOR_EQ(c.grad(), {1.0, 0.5, 0.0});
}

TEST(RuleAtKinks, EqualExtremesShareEvenly) {
  const Variable x = leaf({{1.0, 3.0, 3.0}, {2.0, 2.0, 2.0}});
  sum(max(x, {1})).backward();
  EXPECT_TENSOR_NEAR(x.grad(), {{0.0, 0.5, 0.5}, {1.0 / 3, 1.0 / 3, 1.0 / 3}});
  const Variable y = leaf({{1.0, 3.0}, {1.0, 2.0}});
  min(y).backward();
  EXPECT_TENSOR_EQ(y.grad(), {{0.5, 0.0}, {0.5, 0.0}});
}

TEST(RuleAtKinks, PowersOfZero) {
  const Variable a = leaf64({0.0, 0.0, 0.0, 0.0, -2.0}), b = leaf64({0.0, 1.0, 3.0, -1.0, 2.0});
  sum(pow(a, b)).backward();
  EXPECT_TENSOR_EQ(a.grad(), f64({0.0, 1.0, 0.0, -kInf, -4.0}));
  EXPECT_TENSOR_EQ(b.grad(), f64({0.0, 0.0, 0.0, -kInf, kNaN}));
}

TEST(RuleAtKinks, ConstantPowersOfZeroHaveFiniteDerivatives) {
  const Variable x = leaf64({0.0, 2.0});
  const Variable first = gradients(sum(pow(x, 0)), std::vector{x}, {.create_graph = true})[0];
  EXPECT_TENSOR_EQ(first, f64({0.0, 0.0}));
  EXPECT_TENSOR_EQ(gradients(sum(first), std::vector{x})[0], f64({0.0, 0.0}));
}

TEST(RuleAtKinks, PowerOfAnIntegerTensor) {
  const Variable exponent = leaf({2.0, 3.0});
  sum(pow(here({1, 2}), exponent)).backward();
  EXPECT_TENSOR_NEAR(exponent.grad(), {0.0, 8 * std::log(2.0F)});
}

TEST(RuleAtKinks, IntegerPowers) {
  const Variable x = leaf({2.0, 3.0});
  sum(pow(x, here({3, 0}))).backward();
  EXPECT_TENSOR_NEAR(x.grad(), {12.0, 0.0});
}

TEST(RuleAtKinks, SaturatedFunctionsHaveNoGradientButNoNaN) {
  const Variable x = leaf({-1000.0, 1000.0});
  sum(sigmoid(x) + tanh(x)).backward();
  EXPECT_TENSOR_EQ(x.grad(), {0.0, 0.0});
  const Variable y = leaf({-1000.0, 1000.0});
  sum(softmax(y) * here({1.0, 2.0})).backward();
  EXPECT_TENSOR_EQ(y.grad(), {0.0, 0.0});
  const Variable z = leaf({-1000.0, 1000.0});
  select(log_softmax(z), 0, 0).backward();
  EXPECT_TENSOR_EQ(z.grad(), {1.0, -1.0});
}

TEST(RuleAtKinks, WherePassesNoNaNFromTheOtherSide) {
  const Variable x = leaf({1.0, 4.0});
  sum(where(x.value() > 2, x, x * 0 + 5)).backward(2.0);
  EXPECT_TENSOR_EQ(x.grad(), {0.0, 2.0});
}

TEST(RuleTypes, OperandsGetTheirOwnBack) {
  for (const bool swap : {false, true}) {
    const Variable narrow = leaf({1.5, 2.5}), wide = leaf64({{2.0}, {3.0}});
    const auto with = [&](auto op) {
      Variable(narrow).zero_grad();
      Variable(wide).zero_grad();
      sum(swap ? op(wide, narrow) : op(narrow, wide)).backward();
      EXPECT_EQ(narrow.grad().dtype(), DType::f32);
      EXPECT_EQ(narrow.grad().shape(), Shape({2}));
      EXPECT_EQ(wide.grad().dtype(), DType::f64);
      EXPECT_EQ(wide.grad().shape(), Shape({2, 1}));
    };
    with([](const Variable& a, const Variable& b) { return a + b; });
    with([](const Variable& a, const Variable& b) { return a - b; });
    with([](const Variable& a, const Variable& b) { return a * b; });
    with([](const Variable& a, const Variable& b) { return a / b; });
    with([](const Variable& a, const Variable& b) { return pow(a, b); });
    with([](const Variable& a, const Variable& b) { return maximum(a, b); });
    with([](const Variable& a, const Variable& b) { return minimum(a, b); });
    with([](const Variable& a, const Variable& b) { return where(here({true, false}), a, b); });
    with([](const Variable& a, const Variable& b) { return concat({flatten(a), flatten(b)}); });
    with([](const Variable& a, const Variable& b) { return matmul(flatten(a), flatten(b)); });
  }
}

TEST(RuleTypes, IntegerAndBoolOperandsNeedNone) {
  const Variable x = leaf({2.0, 3.0});
  sum(x * here({4, 5}) + x * here({true, false}) + x / here({1, 2})).backward();
  EXPECT_TENSOR_EQ(x.grad(), {6.0, 5.5});
}

TEST(RuleErrors, AreThoseOfTheTensorOps) {
  const Variable a = leaf(zeros({2, 3})), b = leaf(zeros({4}));
  EXPECT_THROW(a + b, ShapeError);
  EXPECT_THROW(matmul(a, b), ShapeError);
  EXPECT_THROW(concat(Arguments{}), ShapeError);
  EXPECT_THROW(add(a, Variable()), ValueError);
}

TEST(RuleAtKinks, PowOfAnUnsignedExponentOfZeroIsFlat) {
  const Variable x = variable(Tensor{10.0}.to(testing::backend()));
  sum(pow(x, zeros({1}, {.dtype = DType::u8, .device = testing::backend()}))).backward();
  EXPECT_TENSOR_EQ(x.grad(), (Tensor{0.0}));
}

TEST(RuleTypes, SigmoidKeepsItsDigitsNearOne) {
  const Variable x = variable(Tensor{8.66}.to(testing::backend()));
  sum(sigmoid(x)).backward();
  const double y = 1 / (1 + std::exp(-static_cast<double>(8.66f)));
  // 1 - y has the rounding of y: half an ulp of 1 against 1.7e-4.
  EXPECT_NEAR(x.grad().item<double>(), y * (1 - y), 1e-7);
}

TEST(RuleTypes, WhereOfTwoScalarsIsATensor) {
  EXPECT_TENSOR_EQ(where(Tensor{true, false}.to(testing::backend()), 1.0f, 0.0f), (Tensor{1.0, 0.0}));
}

TEST(HugeEmpty, HasGradients) {
  const std::int64_t n = std::int64_t{1} << 32, huge = std::int64_t{1} << 61;
  const auto nothing = [](const Shape& shape) {
    return variable(zeros(shape, {.device = testing::backend()}));
  };
  const Variable x = nothing({huge, huge, 0}), a = nothing({n, n, 0, 3}), b = nothing({3, 0});
  (prod(x) + sum(x)).backward();
  EXPECT_EQ(x.grad().shape(), x.shape());
  const Variable y = matmul(a, b);
  y.backward(Variable(ones_like(y.value())));
  EXPECT_EQ(a.grad().shape(), a.shape());
  EXPECT_EQ(b.grad().shape(), b.shape());
  EXPECT_THROW(pad(nothing({3}), {{std::numeric_limits<std::int64_t>::min(), 0}}), ShapeError);
}

}  // namespace
}  // namespace tinytorch
