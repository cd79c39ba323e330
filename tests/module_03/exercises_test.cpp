// The checks of module 03: one suite an exercise, named in modules/03_activations/module.json.
#include "modules/03_activations/activations.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "modules/course/check.h"

namespace activations {
namespace {

using tinytorch::course::check;

constexpr float kInfinity = std::numeric_limits<float>::infinity(),
                kNaN = std::numeric_limits<float>::quiet_NaN();

TEST(Relu, KeepsPositiveNumbers) {
  for (const float x : {1e-30F, 0.5F, 3.0F, kInfinity}) check("relu", {x}, relu(x), x);
}
TEST(Relu, IsZeroBelowZero) {
  for (const float x : {-1e-30F, -0.5F, -3.0F, -kInfinity, 0.0F}) check("relu", {x}, relu(x), 0);
}
TEST(Relu, KeepsNaN) { check("relu", {kNaN}, relu(kNaN), kNaN); }

TEST(ReluGradient, IsZeroBelowZero) {
  for (const float x : {-1e-30F, -3.0F, -kInfinity}) check("relu_gradient", {x, 5}, relu_gradient(x, 5), 0);
}
TEST(ReluGradient, ObeysTheChainRule) {
  for (const float grad : {5.0F, -0.25F}) check("relu_gradient", {3, grad}, relu_gradient(3, grad), grad);
}
TEST(ReluGradient, IsZeroAtZero) { check("relu_gradient", {0, 5}, relu_gradient(0, 5), 0); }
TEST(ReluGradient, PassesWhereXIsNaN) { check("relu_gradient", {kNaN, 5}, relu_gradient(kNaN, 5), 5); }

double exact_sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

TEST(Sigmoid, HasTheRightValues) {
  for (const float x : {0.0F, 0.5F, -0.5F, 3.0F, -3.0F, 10.0F, -10.0F})
    check("sigmoid", {x}, sigmoid(x), exact_sigmoid(x));
}
TEST(Sigmoid, DoesNotOverflowForLargeX) {
  for (const float x : {89.0F, 1000.0F, kInfinity}) check("sigmoid", {x}, sigmoid(x), 1);
}
TEST(Sigmoid, KeepsSmallResults) {
  for (const float x : {-80.0F, -90.0F}) check("sigmoid", {x}, sigmoid(x), exact_sigmoid(x), 1e-5);
  check("sigmoid", {-kInfinity}, sigmoid(-kInfinity), 0);
}

TEST(SigmoidGradient, HasTheRightValues) {
  for (const float y : {0.5F, 0.25F, 0.875F})
    check("sigmoid_gradient", {y, 1}, sigmoid_gradient(y, 1), y * (1.0 - y));
}
TEST(SigmoidGradient, ObeysTheChainRule) {
  check("sigmoid_gradient", {0.5, -8}, sigmoid_gradient(0.5F, -8), -2);
}

TEST(Tanh, HasTheRightValues) {
  for (const float x : {0.0F, 0.5F, -0.5F, 2.0F, -2.0F})
    check("tanh", {x}, tanh(x), std::tanh(static_cast<double>(x)));
}
TEST(Tanh, DoesNotOverflow) {
  for (const float x : {50.0F, 1000.0F, kInfinity}) {
    check("tanh", {x}, tanh(x), 1);
    check("tanh", {-x}, tanh(-x), -1);
  }
}
TEST(Tanh, KeepsSmallResults) {
  for (const float x : {1e-4F, -1e-4F, 1e-7F, 1e-20F})
    check("tanh", {x}, tanh(x), std::tanh(static_cast<double>(x)));
}

TEST(TanhGradient, HasTheRightValues) {
  for (const float y : {0.0F, 0.5F, -0.5F, 0.75F})
    check("tanh_gradient", {y, 1}, tanh_gradient(y, 1), 1 - y * y);
}
TEST(TanhGradient, ObeysTheChainRule) { check("tanh_gradient", {0.5, -8}, tanh_gradient(0.5F, -8), -6); }

double exact_gelu(double x) { return x * std::erfc(-x / std::sqrt(2)) / 2; }

TEST(Gelu, HasTheRightValues) {
  for (const float x : {0.0F, 0.25F, 1.0F, 2.0F, 4.0F}) check("gelu", {x}, gelu(x), exact_gelu(x), 1e-3);
}
TEST(Gelu, IsNotTheApproximation) {
  for (const float x : {1.0F, -0.5F, -1.0F, -2.0F}) check("gelu", {x}, gelu(x), exact_gelu(x), 1e-5);
}
TEST(Gelu, KeepsSmallResults) {
  for (const float x : {-4.0F, -5.0F, -6.0F}) check("gelu", {x}, gelu(x), exact_gelu(x), 1e-4);
}

double exact_gelu_gradient(double x) {
  return std::erfc(-x / std::sqrt(2)) / 2 + x * std::exp(-x * x / 2) / std::sqrt(2 * std::acos(-1.0));
}

TEST(GeluGradient, HasBothTermsOfTheProductRule) {
  for (const float x : {0.0F, 0.5F, -0.5F, 1.0F, -1.0F, 3.0F})
    check("gelu_gradient", {x, 1}, gelu_gradient(x, 1), exact_gelu_gradient(x), 5e-6);
}
TEST(GeluGradient, ObeysTheChainRule) { check("gelu_gradient", {0, 4}, gelu_gradient(0, 4), 2); }

using Row = std::vector<float>;

Row softmax_of(const Row& x) {
  Row y(x.size(), kNaN);
  softmax(x, y);
  return y;
}

TEST(Softmax, HasTheRightValues) {
  const Row x{1, 2, 3, -1};
  double sum = 0;
  for (const float element : x) sum += std::exp(static_cast<double>(element));
  Row expected;
  for (const float element : x)
    expected.push_back(static_cast<float>(std::exp(static_cast<double>(element)) / sum));
  check("softmax", {x}, softmax_of(x), expected);
  check("softmax", {Row{7}}, softmax_of({7}), Row{1});
}
TEST(Softmax, DoesNotOverflow) {
  check("softmax", {Row{1000, 1000}}, softmax_of({1000, 1000}), Row{0.5F, 0.5F});
  check("softmax", {Row{100, 0}}, softmax_of({100, 0}), Row{1, 0});
}
TEST(Softmax, TakesTheLargestOfNegativeRows) {
  check("softmax", {Row{-1000, -1000}}, softmax_of({-1000, -1000}), Row{0.5F, 0.5F});
}
TEST(Softmax, AddsUpLongRows) {
  constexpr std::size_t kSize = 1 << 20;
  check("softmax", {Row{0, 0, 0, 0}}, softmax_of(Row(kSize, 0)), Row(kSize, 1.0F / kSize));
  Row x(kSize, -17);
  x[0] = 0;
  const double sum = 1 + (kSize - 1) * std::exp(-17.0);
  check("softmax", {x}, Row{softmax_of(x)[0]}, Row{static_cast<float>(1 / sum)});
}

Row softmax_gradient_of(const Row& y, const Row& grad) {
  Row dx(y.size(), kNaN);
  softmax_gradient(y, grad, dx);
  return dx;
}

TEST(SoftmaxGradient, SeesAllElementsOfTheRow) {
  // The gradient of y[0] alone changes x[1], too: what one gets, the other loses.
  check("the sign of softmax_gradient({0.5, 0.5}, {1, 0}) at", {1},
        softmax_gradient_of({0.5F, 0.5F}, {1, 0})[1] < 0 ? -1 : 0, -1);
}
TEST(SoftmaxGradient, HasTheRightValues) {
  check("softmax_gradient", {Row{0.5F, 0.5F}, Row{1, 0}}, softmax_gradient_of({0.5F, 0.5F}, {1, 0}),
        Row{0.25F, -0.25F});
}
TEST(SoftmaxGradient, WeighsTheSumByY) {
  const Row y{0.5F, 0.25F, 0.25F}, grad{1, 2, -4};
  check("softmax_gradient", {y, grad}, softmax_gradient_of(y, grad), Row{0.5F, 0.5F, -1});
}

}  // namespace
}  // namespace activations
