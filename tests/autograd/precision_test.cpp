// In f32, values and gradients are those of f64, rounded: also where squares, products or quotients on the
// way to them leave the range of f32.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <ostream>
#include <string>
#include <vector>

#include "autograd/ops.h"
#include "core/ops/creation.h"
#include "core/ops/normalization.h"
#include "core/ops/statistics.h"
#include "tests/autograd/leaves.h"
#include "tests/support/tensor_matchers.h"

namespace tinytorch::precision {
namespace {

using testing::here;
using testing::leaf;

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

using Arguments = std::vector<Variable>;
using Function = std::function<Variable(const Arguments&)>;

struct PrecisionCase {
  std::string name;
  Function f;
  std::vector<Tensor> inputs;  // f32
  double seed = 1;             // the gradient of each element of the result
  double relative = 3e-7;      // the tolerance
};
void PrintTo(const PrecisionCase& precision, std::ostream* out) { *out << precision.name; }

/// A function of one operand, or of two.
Function unary(Variable (*op)(const Variable&)) {
  return [op](const Arguments& x) { return op(x[0]); };
}
Function binary(Variable (*op)(const Variable&, const Variable&)) {
  return [op](const Arguments& x) { return op(x[0], x[1]); };
}
template <class F>
Function of_x(F f) {
  return [f](const Arguments& x) { return f(x[0]); };
}

/// A few numbers near 10^6 with deviations of about 1/2.
Tensor far_from_zero() {
  return Tensor{{1000000.25, 999999.5, 1000000.75, 1000001.5}, {999999.0, 1000000.5, 1000000.0, 999998.75}};
}
Tensor huge() { return Tensor{{1e20, 2e20, 3e20, 5e20}, {-4e20, 1e20, 0.0, 7e20}}; }
Tensor tiny() { return Tensor{{1e-30, 2e-30, 3e-30, 5e-30}, {-4e-30, 1e-30, 0.0, 7e-30}}; }

void add_statistics(std::vector<PrecisionCase>& cases) {
  const auto add = [&](const std::string& name, const auto& f, const std::vector<Tensor>& inputs,
                       double seed = 1) {
    cases.push_back({name, of_x(f), inputs, seed});
  };
  const auto deviation = [](const Variable& x) { return stddev(x, {1}); };
  add("mean_near_the_limit", [](const Variable& x) { return mean(x); }, {Tensor{3e38, 3e38, 2e38}});
  add("nanmean_near_the_limit", [](const Variable& x) { return nanmean(x, {1}); },
      {Tensor{{3e38, kNan, 3e38, 2e38}, {1.0, -3e38, 2.0, -3e38}}});
  add("quantile_between_the_limits", [](const Variable& x) { return quantile(x, 0.3, 1); },
      {Tensor{{-3e38, 3e38}, {1.0, 3e38}, {-3e38, 3.0}}});
  add("midpoint_between_the_limits",
      [](const Variable& x) { return nanquantile(x, 0.9, 1, false, QuantileInterpolation::midpoint); },
      {Tensor{{-3e38, 3e38, kNan}, {1.0, 3.0, 3e38}}});
  add("cross_entropy_near_the_limit",
      [](const Variable& x) {
        return cross_entropy(x, here(Tensor{1, 0, 1}), {.weight = here(Tensor{0.5, 1.0}).to(x.dtype())});
      },
      {Tensor{{3e38, 0.0}, {0.0, 3e38}, {2e38, 0.0}}});
  add("kl_div_near_the_limit",
      [](const Variable& x) {
        return kl_div(x, here(Tensor{{1.0}, {1.0}}), {.batch_mean = true});
      },
      {Tensor{{-3e38}, {-2e38}}});
  add("var_of_neighbours", [](const Variable& x) { return var(x); }, {Tensor{16777216.0, 16777218.0}});
  add("var_far_from_zero", [](const Variable& x) { return var(x, {1}); }, {far_from_zero()});
  add("var_over_columns", [](const Variable& x) { return var(x, {0}, true, 0); }, {far_from_zero()});
  add("var_of_a_transposed_view", [](const Variable& x) { return var(transpose(x), {1}); },
      {far_from_zero()});
  add("stddev_far_from_zero", deviation, {far_from_zero()});
  add("stddev_of_huge", deviation, {huge()});
  add("stddev_of_tiny", deviation, {tiny()});
  add("stddev_with_a_large_seed", deviation, {tiny()}, 1e10);
  for (const double p : {2.0, 3.0, 0.5, 40.0, -1.0, -3.0}) {
    const auto length = [p](const Variable& x) { return norm(x, p, {1}); };
    const std::string order = std::to_string(static_cast<int>(p * 10));
    add("norm" + order + "_of_huge", length, {Tensor{{1e20, 2e20, 3e20}, {-4e20, 1e20, 7e20}}});
    add("norm" + order + "_of_tiny", length, {Tensor{{1e-30, 2e-30, 3e-30}, {-4e-30, 1e-30, 7e-30}}});
  }
  add("logsumexp_of_a_dominant_element", [](const Variable& x) { return logsumexp(x); },
      {Tensor{0.0, -20.0}});
}

void add_normalizations(std::vector<PrecisionCase>& cases) {
  struct Input {
    const char* name;
    Tensor x;
  };
  for (const auto& [name, x] :
       {Input{"huge", huge()}, Input{"tiny", tiny()}, Input{"far", far_from_zero()}}) {
    // The weights make the gradient differ from 0.
    const auto add = [&, name = name, x = x](const std::string& op, const auto& f) {
      const auto weighted = [f](const Variable& x) {
        const Tensor weight{{1.0, -2.0, 0.5, 3.0}, {2.0, 0.25, -1.0, 1.5}};
        return f(x) * here(weight).to(x.dtype());
      };
      cases.push_back({op + "_of_" + name, of_x(weighted), {x}, 1, 4e-6});
    };
    add("layer_norm", [](const Variable& x) { return layer_norm(x, {4}, {}, {}, 0); });
    add("rms_norm", [](const Variable& x) { return rms_norm(x, {4}, {}, 0); });
    add("batch_norm",
        [](const Variable& x) { return batch_norm(x, {}, {}, {}, {}, {.training = true, .epsilon = 0}); });
    add("group_norm", [](const Variable& x) {
      return reshape(group_norm(reshape(x, {1, 4, 2}), 2, {}, {}, 0), {2, 4});
    });
    add("instance_norm", [](const Variable& x) {
      return reshape(instance_norm(reshape(x, {1, 2, 4}), {}, {}, 0), {2, 4});
    });
  }
}

void add_losses(std::vector<PrecisionCase>& cases) {
  const auto cosine = [](const Arguments& x) { return cosine_similarity(x[0], x[1], 1, 1e-38); };
  const auto embedding = [](const Arguments& x) {
    return cosine_embedding_loss(x[0], x[1], here(Tensor{1, -1}), {.reduction = Reduction::none});
  };
  const Tensor other{{1e20, -2e19, 3e20, 1e20}, {2e20, 1e20, 5e19, 7e20}};
  cases.push_back({"cosine_similarity_of_huge", cosine, {huge(), other}});
  cases.push_back({"cosine_similarity_of_tiny", cosine, {tiny(), Tensor(other) * 1e-39f}, 1, 1e-6});
  cases.push_back({"cosine_embedding_loss_of_huge", embedding, {huge(), other}, 1, 1e-6});
  cases.push_back({"huber_loss_of_huge",
                   of_x([](const Variable& x) { return huber_loss(x, zeros_like(x), {.delta = 1e15}); }),
                   {Tensor{1e22, 3.0, -1e16}}});
  cases.push_back({"smooth_l1_loss_of_huge",
                   of_x([](const Variable& x) { return smooth_l1_loss(x, zeros_like(x), {.beta = 1e30}); }),
                   {Tensor{1e25, -1e24, 1e29}}});
}

void add_products(std::vector<PrecisionCase>& cases) {
  const Tensor up_and_down{1e30, 1e30, 1e-30, 1e-30}, down_and_up{1e-30, 1e-30, 1e30, 1e30};
  for (const Tensor& x : {up_and_down, down_and_up}) {
    const std::string name = x.to_vector<float>()[0] > 1 ? "up_and_down" : "down_and_up";
    cases.push_back({"prod_" + name, of_x([](const Variable& x) { return prod(x); }), {x}});
    cases.push_back(
        {"cumprod_" + name, of_x([](const Variable& x) { return slice(cumprod(x, 0), 0, 3); }), {x}});
    cases.push_back({"linear_recurrence_" + name,
                     [](const Arguments& x) { return slice(linear_recurrence(x[0], x[1], 0), 0, 3); },
                     {x, Tensor{1.0, 2.0, 3.0, 4.0}}});
  }
}

void add_elementwise(std::vector<PrecisionCase>& cases) {
  const auto add = [&](const std::string& name, const Function& f, const std::vector<Tensor>& inputs,
                       double seed = 1, double relative = 3e-7) {
    cases.push_back({name, f, inputs, seed, relative});
  };
  add("div_of_zero", binary(div), {Tensor{0.0}, Tensor{1e-39}}, 1e-5);
  add("div_with_a_large_seed", binary(div), {Tensor{1e-35}, Tensor{1e-30}}, 1e10);
  add("div_with_a_small_seed", binary(div), {Tensor{1.0}, Tensor{1e-25}}, 1e-15);
  add("reciprocal", unary(reciprocal), {Tensor{1e-25, 1e25}}, 1e-10);
  add("pow_of_tiny", binary(pow), {Tensor{1e-20, 1e-30, 1e20}, Tensor{-1.0, 0.5, -2.0}}, 1e-10);
  add("pow_with_a_scalar_exponent", of_x([](const Variable& x) { return pow(x, -1); }), {Tensor{1e-20, 1e15}},
      1e-10);
  add("square_by_pow", of_x([](const Variable& x) { return pow(x, 2); }), {Tensor{-3.0, 0.0, 1e15}});
  add("remainder", binary(remainder), {Tensor{1e30}, Tensor{1e-10}}, 1e-10);
  add("atan", unary(atan), {Tensor{1e20, -3e30, 0.5}}, 1e30);
  add("atan2_of_tiny", binary(atan2), {Tensor{1e-30, 0.0}, Tensor{2e-30, 1e-25}});
  add("atan2_of_huge", binary(atan2), {Tensor{1e20, 3e25}, Tensor{2e20, 1e30}}, 1e10);
  add("rsqrt", unary(rsqrt), {Tensor{1e-37, 1e38}}, 1e-25);
  add("sqrt", unary(sqrt), {Tensor{1e-37, 1e38}}, 1e-25);
  add("log2", unary(log2), {Tensor{1e-38, 1e30}});
  add("log10", unary(log10), {Tensor{1e-39, 1e30}});
  add("log1p", unary(log1p), {Tensor{1e38, -0.99, 2.0}}, 1e15);
  add("exp2", unary(exp2), {Tensor{127.5, -120.0}}, 1.4);
  add("expm1", unary(expm1), {Tensor{-20.0, 1.0}});
  add("asin", unary(asin), {Tensor{0.99975, -0.9999}});
  add("acos", unary(acos), {Tensor{0.99975, -0.9999}});
  add("gelu_tanh", of_x([](const Variable& x) { return gelu(x, GeluForm::tanh); }),
      {Tensor{1e20, -1e20, 3e38, 1.0}}, 1, 2e-6);
}

std::vector<PrecisionCase> precision_cases() {
  std::vector<PrecisionCase> cases;
  add_statistics(cases);
  add_normalizations(cases);
  add_losses(cases);
  add_products(cases);
  add_elementwise(cases);
  return cases;
}

/// The results of a case, as doubles: the value, and the gradient of each input.
std::vector<std::vector<double>> results_of(const PrecisionCase& precision, DType dtype, bool create_graph) {
  Arguments inputs;
  for (const Tensor& x : precision.inputs) inputs.push_back(leaf(x.to(DType::f32).to(dtype)));
  const Variable y = precision.f(inputs);
  const Tensor seed = full(y.shape(), precision.seed, {.dtype = y.dtype(), .device = y.device()});
  std::vector<std::vector<double>> results{y.value().to(DType::f64).to_vector<double>()};
  for (const Variable& dx : gradients(y, inputs, {.create_graph = create_graph}, seed))
    results.push_back(dx.value().to(DType::f64).to_vector<double>());
  return results;
}

/// Expects the rounded numbers, up to the tolerance: 3e-7 of each, or if it is more, of the largest.
void expect_rounded(const std::vector<double>& actual, const std::vector<double>& exact, double relative) {
  ASSERT_EQ(actual.size(), exact.size());
  double largest = 0;
  for (const double x : exact) largest = std::max(largest, std::abs(x));
  for (std::size_t i = 0; i < actual.size(); ++i) {
    const double expected = static_cast<float>(exact[i]);
    if (actual[i] == expected || (std::isnan(expected) && std::isnan(actual[i]))) continue;
    const double slack = relative * (relative > 3e-7 ? largest : std::abs(expected));
    EXPECT_LE(std::abs(actual[i] - expected), slack)
        << "element " << i << " is " << actual[i] << ", but in f64 " << exact[i];
  }
}

class Precision : public ::testing::TestWithParam<PrecisionCase> {};

TEST_P(Precision, IsThatOfF64Rounded) {
  const auto expected = results_of(GetParam(), DType::f64, false);
  for (const bool create_graph : {false, true}) {
    const auto actual = results_of(GetParam(), DType::f32, create_graph);
    for (std::size_t i = 0; i < actual.size(); ++i) {
      SCOPED_TRACE(i == 0 ? std::string("value") : "gradient " + std::to_string(i - 1));
      expect_rounded(actual[i], expected[i], GetParam().relative);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Ops, Precision, ::testing::ValuesIn(precision_cases()), [](const auto& info) {
  std::string name = info.param.name;
  std::erase_if(name, [](char c) { return c == '-'; });
  return name + "_" + std::to_string(info.index);
});

TEST(Precision, OfVarianceIsKnown) {
  EXPECT_EQ(var(here(Tensor{16777216.0, 16777218.0})).item(), 2.0f);
  EXPECT_EQ(stddev(here(Tensor{1e20, 2e20, 3e20})).item(), 1e20f);
  EXPECT_EQ(stddev(here(Tensor{1e-30, 2e-30, 3e-30})).item(), 1e-30f);
  EXPECT_EQ(norm(here(Tensor{3e30, 4e30})).item(), 5e30f);
  EXPECT_EQ(norm(here(Tensor{3e-30, 4e-30})).item(), 5e-30f);
  EXPECT_EQ(mean(here(Tensor{3e38, 3e38})).item(), 3e38f);
  EXPECT_EQ(mean(here(Tensor{1, 2, 4})).item(), static_cast<float>(7 / 3.0));
}

TEST(Precision, OfProductsOfOthersIsKnown) {
  const Variable x = leaf(Tensor{1e30, 1e30, 1e-30, 1e-30});
  prod(x).backward();
  EXPECT_TENSOR_NEAR(x.grad() / here(Tensor{1e-30, 1e-30, 1e30, 1e30}), {1.0, 1.0, 1.0, 1.0});
}

TEST(Precision, OfQuotientsIsKnown) {
  const Variable zero = leaf(Tensor{0.0}), small = leaf(Tensor{1e-39});
  (zero / small).backward(here(Tensor{1.0}));
  EXPECT_TENSOR_EQ(small.grad(), {0.0});
  const Variable a = leaf(Tensor{1e-35}), b = leaf(Tensor{1e-30});
  (a / b).backward(here(Tensor{1e10}));
  EXPECT_TENSOR_NEAR(b.grad() / -1e35, {1.0});
}

TEST(Precision, OfRunningVarianceIsThatOfTheBatch) {
  const Tensor mean = here(zeros({1})), variance = here(zeros({1}));
  batch_norm(here(Tensor{{1e-9}, {3e-9}}), mean, variance, {}, {}, {.training = true, .momentum = 1});
  EXPECT_TENSOR_NEAR(mean / 2e-9, {1.0});
  EXPECT_TENSOR_NEAR(variance / 2e-18, {1.0});
}

TEST(Precision, OfTheLogarithmOfASumNearOneIsKept) {
  const double expected = std::log1p(std::exp(-20.0));
  for (const std::int64_t columns : {2, 2000}) {  // short and long rows
    Tensor x = full({1, columns}, -kInf).to(DType::f32);
    Tensor first = slice(x, 1, 0, 2);
    assign(first, Tensor{{0.0, -20.0}});
    x = here(x);
    EXPECT_NEAR(log_softmax(x, 1).to_vector<float>()[0] / -expected, 1, 1e-6);
    EXPECT_NEAR(logsumexp(x).item() / expected, 1, 1e-6);
    EXPECT_NEAR(cross_entropy(x, here(Tensor{0})).item() / expected, 1, 1e-6);
  }
}

TEST(Precision, OfAMeanOverAnImageIsThatOfF64) {
  const Tensor x = here(full({1, 1, 1000, 1000}, 0.1).to(DType::f32));
  EXPECT_EQ(adaptive_avg_pool2d(x, 1).item(), 0.1f);
  EXPECT_EQ(mean(x).item(), 0.1f);
}

// PyTorch's gradients where an operand is NaN, unless said otherwise.

Tensor gradient_of(const std::function<Variable(const Variable&)>& f, const Tensor& at) {
  const Variable x = leaf(at);
  sum(f(x)).backward();
  return x.grad();
}

TEST(GradientAtNan, OfAnExtremumGoesToTheNan) {
  const Tensor x{{1.0, kNan, 3.0}, {4.0, 2.0, 4.0}};
  EXPECT_TENSOR_EQ(gradient_of([](const Variable& x) { return max(x, {1}); }, x),
                   {{0.0, 1.0, 0.0}, {0.5, 0.0, 0.5}});
  EXPECT_TENSOR_EQ(gradient_of([](const Variable& x) { return min(x, {1}); }, x),
                   {{0.0, 1.0, 0.0}, {0.0, 1.0, 0.0}});
  EXPECT_TENSOR_EQ(gradient_of([](const Variable& x) { return max(x); }, Tensor{1.0, kNan, 3.0, kNan}),
                   {0.0, 0.5, 0.0, 0.5});
  EXPECT_TENSOR_EQ(gradient_of([](const Variable& x) { return norm(x, kInf); }, Tensor{1.0, kNan, 3.0}),
                   {0.0, 0.0, 0.0});
  EXPECT_TENSOR_EQ(gradient_of([](const Variable& x) { return sort(x, 0).values; }, Tensor{1.0, kNan, 3.0}),
                   {1.0, 1.0, 1.0});
  EXPECT_TENSOR_EQ(gradient_of(
                       [](const Variable& x) {
                         return max_pool2d(reshape(x, {1, 1, 1, 4}), {1, 2});
                       },
                       Tensor{1.0, kNan, 3.0, 4.0}),
                   {0.0, 1.0, 0.0, 1.0});
  const Variable a = leaf(Tensor{1.0, kNan, kNan}), b = leaf(Tensor{kNan, 1.0, kNan});
  sum(maximum(a, b) + minimum(a, b)).backward();
  EXPECT_TENSOR_EQ(a.grad(), {2.0, 2.0, 2.0});
  EXPECT_TENSOR_EQ(b.grad(), {2.0, 2.0, 2.0});
}

TEST(GradientAtNan, OfPiecewiseFunctionsIsOfTheLastPiece) {
  const auto at_nan = [](const std::function<Variable(const Variable&)>& f) {
    return gradient_of(f, Tensor{kNan, 2.0}).to_vector<float>()[0];
  };
  for (const auto& f : std::vector<std::function<Variable(const Variable&)>>{
           [](const Variable& x) { return tanh(x); }, [](const Variable& x) { return sigmoid(x); },
           [](const Variable& x) { return gelu(x); }, [](const Variable& x) { return silu(x); },
           [](const Variable& x) { return softplus(x); },
           [](const Variable& x) { return huber_loss(x, zeros_like(x)); }}) {
    EXPECT_TRUE(std::isnan(at_nan(f)));
  }
}

TEST(GradientAtNan, OfAPowerOfZeroIsZero) {
  EXPECT_TENSOR_EQ(
      gradient_of([](const Variable& x) { return pow(x, 0); }, Tensor{kNan, 1e-45, 0.0, kInf, -kInf, -2.0}),
      {0.0, 0.0, 0.0, 0.0, 0.0, 0.0});
  const Variable exponent = leaf(Tensor{-1.0, 2.0, 0.0});
  sum(pow(here(Tensor{kInf, 0.0, 0.0}), exponent)).backward();
  EXPECT_TENSOR_EQ(exponent.grad(), {0.0, 0.0, 0.0});
}

TEST(GradientAtInfinity, OfHuberLossIsItsSlope) {
  EXPECT_TENSOR_EQ(gradient_of([](const Variable& x) { return huber_loss(x, zeros_like(x), {.delta = 2}); },
                               Tensor{kInf, -kInf}),
                   {1.0, -1.0});
  EXPECT_TENSOR_EQ(
      gradient_of([](const Variable& x) { return smooth_l1_loss(x, zeros_like(x)); }, Tensor{kInf, -kInf}),
      {0.5, -0.5});
}

TEST(FloorDivide, OfInfinitiesIsPythons) {
  const Tensor a{-1.0, 1.0, 0.0, -0.0, 5.0, -5.0, kInf, -kInf, kNan};
  EXPECT_TENSOR_EQ(floor_divide(here(a), here(Tensor{kInf})),
                   {-1.0, 0.0, 0.0, -0.0, 0.0, -1.0, kNan, kNan, kNan});
  EXPECT_TENSOR_EQ(floor_divide(here(a), here(Tensor{-kInf})),
                   {0.0, -1.0, 0.0, 0.0, -1.0, 0.0, kNan, kNan, kNan});
  EXPECT_TENSOR_EQ(remainder(here(a), here(Tensor{kInf})),
                   {kInf, 1.0, 0.0, 0.0, 5.0, kInf, kNan, kNan, kNan});
  EXPECT_TENSOR_EQ(floor_divide(here(a), here(Tensor{2.0})),
                   {-1.0, 0.0, 0.0, 0.0, 2.0, -3.0, kNan, kNan, kNan});
  const Variable b = leaf(Tensor{kInf, -kInf});
  sum(remainder(here(Tensor{-1.0, 2.0}), b)).backward();
  EXPECT_TENSOR_EQ(b.grad(), {1.0, 1.0});
}

TEST(Baddbmm, DoesNotReadXWhereBetaIsZero) {
  const Variable x = leaf(Tensor(full({1, 2, 2}, kNan)).to(DType::f32)), a = leaf(Tensor(ones({1, 2, 2})));
  const Variable y = baddbmm(x, a, a, 0, 3);
  EXPECT_TENSOR_EQ(y, {{{6.0, 6.0}, {6.0, 6.0}}});
  sum(y).backward();
  EXPECT_TENSOR_EQ(x.grad(), {{{0.0, 0.0}, {0.0, 0.0}}});
  EXPECT_TENSOR_EQ(baddbmm(x.value(), a.value(), a.value(), 0), {{{2.0, 2.0}, {2.0, 2.0}}});
}

TEST(BatchNorm, DoesNotReadRunningStatisticsWithAMomentumOfOne) {
  const Tensor mean = here(full({1}, kNan)).to(DType::f32), variance = here(full({1}, kInf)).to(DType::f32);
  batch_norm(here(Tensor{{1.0}, {3.0}}), mean, variance, {}, {}, {.training = true, .momentum = 1});
  EXPECT_TENSOR_EQ(mean, {2.0});
  EXPECT_TENSOR_EQ(variance, {2.0});
}

}  // namespace
}  // namespace tinytorch::precision
