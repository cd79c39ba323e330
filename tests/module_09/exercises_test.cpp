// The checks of module 09: one suite an exercise, named in modules/09_autograd/module.json.
#include "modules/09_autograd/autograd.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include "modules/course/check.h"

namespace autograd {
namespace {

using tinytorch::course::check;
using Floats = std::vector<float>;
using Shape = std::vector<std::int64_t>;
using Indices = std::vector<std::size_t>;

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

void expect(bool holds, const std::string& otherwise) {
  if (holds) return SUCCEED();
  FAIL() << otherwise;
}

template <class T>
std::string text(const std::vector<T>& list) {
  constexpr std::size_t kMost = 12;
  std::string text;
  for (std::size_t i = 0; i < list.size() && i < kMost; ++i)
    text += (i > 0 ? ", " : "") + std::to_string(list[i]);
  return '{' + text + (list.size() > kMost ? ", ...}" : "}");
}

TEST(ElementwiseRules, AddPassesTheGradientToBoth) {
  const Floats grad{1, -2, 0.5F};
  Floats of_a(3, kNaN), of_b(3, kNaN);
  add_rule(grad, of_a, of_b);
  check("grad_a after add_rule of grad", {grad}, of_a, grad);
  check("grad_b after add_rule of grad", {grad}, of_b, grad);
}
TEST(ElementwiseRules, MultiplyScalesByTheOther) {
  const Floats a{3, 4}, b{5, 6}, grad{1, 2};
  Floats of_a(2, kNaN), of_b(2, kNaN);
  multiply_rule(a, b, grad, of_a, of_b);
  check("grad_a after multiply_rule of a, b and grad", {a, b, grad}, of_a, Floats{5, 12});
  check("grad_b after multiply_rule of a, b and grad", {a, b, grad}, of_b, Floats{3, 8});
}
TEST(ElementwiseRules, MultiplyTakesOneOperandTwice) {
  const Floats x{3, 4}, grad{1, 2};
  Floats of_a(2, kNaN), of_b(2, kNaN);
  multiply_rule(x, x, grad, of_a, of_b);
  check("grad_a after multiply_rule of x, x and grad", {x, x, grad}, of_a, Floats{3, 8});
  check("grad_b after multiply_rule of x, x and grad", {x, x, grad}, of_b, Floats{3, 8});
}
TEST(ElementwiseRules, LeaveOutAnOperandThatNeedsNoGradient) {
  const Floats a{3, 4}, b{5, 6}, grad{1, 2};
  Floats of_a(2, kNaN), of_b(2, kNaN);
  add_rule(grad, of_a, {});
  check("grad_a after add_rule without grad_b of grad", {grad}, of_a, grad);
  add_rule(grad, {}, of_b);
  check("grad_b after add_rule without grad_a of grad", {grad}, of_b, grad);
  multiply_rule(a, b, grad, of_a, {});
  check("grad_a after multiply_rule without grad_b of a, b and grad", {a, b, grad}, of_a, Floats{5, 12});
  multiply_rule(a, b, grad, {}, of_b);
  check("grad_b after multiply_rule without grad_a of a, b and grad", {a, b, grad}, of_b, Floats{3, 8});
}

void check_sum_to_shape(const Floats& grad, const Shape& grad_shape, const Shape& shape,
                        const Floats& expected, double relative = 1e-6) {
  Floats result(expected.size(), kNaN);
  sum_to_shape(grad, grad_shape, shape, result);
  check("sum_to_shape from " + text(grad_shape) + " to " + text(shape) + " of", {grad}, result, expected,
        relative);
}

const Floats one_to_six{1, 2, 3, 4, 5, 6};

TEST(SumToShape, KeepsAnEqualShape) { check_sum_to_shape(one_to_six, {2, 3}, {2, 3}, one_to_six); }
TEST(SumToShape, SumsAStretchedAxis) {
  check_sum_to_shape(one_to_six, {2, 3}, {2, 1}, {6, 15});
  check_sum_to_shape(one_to_six, {2, 3}, {1, 3}, {5, 7, 9});
  check_sum_to_shape(one_to_six, {1, 2, 3}, {1, 1, 3}, {5, 7, 9});
}
TEST(SumToShape, SumsLeadingAxes) {
  check_sum_to_shape(one_to_six, {2, 3}, {3}, {5, 7, 9});
  check_sum_to_shape({1, 2, 3, 4, 5, 6, 7, 8}, {2, 2, 2}, {2, 1}, {14, 22});
  check_sum_to_shape(one_to_six, {2, 1, 3}, {1, 3}, {5, 7, 9});
}
TEST(SumToShape, SumsToASingleElement) {
  check_sum_to_shape(one_to_six, {2, 3}, {}, {21});
  check_sum_to_shape(one_to_six, {6}, {1}, {21});
  check_sum_to_shape({7}, {}, {}, {7});
}
TEST(SumToShape, IsExactForLongSums) { check_sum_to_shape({16777216, 1, 1, 1, 1}, {5}, {1}, {16777220}, 0); }
TEST(SumToShape, OfNoElementsIsZero) {
  check_sum_to_shape({}, {0, 2}, {2}, {0, 0});
  check_sum_to_shape({}, {2, 0}, {2, 0}, {});
}

/// The gradients of a product by matmul_rule.
struct OfProduct {
  Floats a, b;
};
OfProduct gradients_of_product(const Floats& a, const Floats& b, const Floats& grad, std::size_t m,
                               std::size_t k, std::size_t n) {
  OfProduct of{.a = Floats(m * k, kNaN), .b = Floats(k * n, kNaN)};
  matmul_rule(a.data(), b.data(), grad.data(), of.a.data(), of.b.data(), m, k, n);
  return of;
}

const Floats left{1, 2, 3, 4}, right{5, 6, 7, 8}, product_grad{1, 0, 2, -1};

TEST(MatmulRule, OfTheLeftOperand) {
  check("grad_a after matmul_rule, sizes 2, of a, b and grad", {left, right, product_grad},
        gradients_of_product(left, right, product_grad, 2, 2, 2).a, Floats{5, 7, 4, 6});
}
TEST(MatmulRule, OfTheRightOperand) {
  check("grad_b after matmul_rule, sizes 2, of a, b and grad", {left, right, product_grad},
        gradients_of_product(left, right, product_grad, 2, 2, 2).b, Floats{7, -3, 10, -4});
}
TEST(MatmulRule, OfOtherShapes) {
  const Floats a{1, 2, 3}, b{1, -1, 2, 0, 3, 1}, grad{4, 5};
  const OfProduct row = gradients_of_product(a, b, grad, 1, 3, 2);
  check("grad_a after matmul_rule, m = 1, k = 3, n = 2, of a, b and grad", {a, b, grad}, row.a,
        Floats{-1, 8, 17});
  check("grad_b after matmul_rule, m = 1, k = 3, n = 2, of a, b and grad", {a, b, grad}, row.b,
        Floats{4, 5, 8, 10, 12, 15});
  const Floats weight{2, 5}, of_column{1, 2, 3};
  const OfProduct column = gradients_of_product(b, weight, of_column, 3, 2, 1);
  check("grad_a after matmul_rule, m = 3, k = 2, n = 1, of a, b and grad", {b, weight, of_column}, column.a,
        Floats{2, 5, 4, 10, 6, 15});
  check("grad_b after matmul_rule, m = 3, k = 2, n = 1, of a, b and grad", {b, weight, of_column}, column.b,
        Floats{14, 2});
}
TEST(MatmulRule, LeavesOutAnOperandThatNeedsNoGradient) {
  Floats of_a(4, kNaN), of_b(4, kNaN);
  matmul_rule(left.data(), right.data(), product_grad.data(), of_a.data(), nullptr, 2, 2, 2);
  check("grad_a after matmul_rule without grad_b of a, b and grad", {left, right, product_grad}, of_a,
        Floats{5, 7, 4, 6});
  matmul_rule(left.data(), right.data(), product_grad.data(), nullptr, of_b.data(), 2, 2, 2);
  check("grad_b after matmul_rule without grad_a of a, b and grad", {left, right, product_grad}, of_b,
        Floats{7, -3, 10, -4});
}
TEST(MatmulRule, OfNoTermsIsZero) {
  check("grad_a after matmul_rule, m = 2, k = 1, n = 0, of a", {Floats{1, 2}},
        gradients_of_product({1, 2}, {}, {}, 2, 1, 0).a, Floats{0, 0});
  check("grad_b after matmul_rule, m = 0, k = 1, n = 2, of b", {Floats{1, 2}},
        gradients_of_product({}, {1, 2}, {}, 0, 1, 2).b, Floats{0, 0});
}
TEST(MatmulRule, IsExactForLongSums) {
  const Floats ones(5, 1), grad{16777216, 1, 1, 1, 1};
  check("grad_a after matmul_rule, m = k = 1, n = 5, of b and grad", {ones, grad},
        gradients_of_product({1}, ones, grad, 1, 1, 5).a, Floats{16777220}, 0);
  check("grad_b after matmul_rule, k = n = 1, m = 5, of a and grad", {ones, grad},
        gradients_of_product(ones, {1}, grad, 5, 1, 1).b, Floats{16777220}, 0);
}

void check_sum_rule(const Floats& grad, const Shape& shape, std::size_t axis, const Floats& expected) {
  Floats result(expected.size(), kNaN);
  sum_rule(grad, shape, axis, result);
  check("sum_rule with shape " + text(shape) + " and axis " + std::to_string(axis) + " of grad", {grad},
        result, expected);
}

TEST(SumRule, RepeatsAlongTheLastAxis) {
  check_sum_rule({7, 8}, {2, 3}, 1, {7, 7, 7, 8, 8, 8});
  check_sum_rule({7}, {3}, 0, {7, 7, 7});
}
TEST(SumRule, RepeatsAlongTheFirstAxis) { check_sum_rule({4, 5, 6}, {2, 3}, 0, {4, 5, 6, 4, 5, 6}); }
TEST(SumRule, RepeatsAlongAnAxisBetween) {
  check_sum_rule({1, 2, 3, 4}, {2, 3, 2}, 1, {1, 2, 1, 2, 1, 2, 3, 4, 3, 4, 3, 4});
}
TEST(SumRule, OfALengthOfZero) {
  check_sum_rule({7, 8}, {2, 0}, 1, {});
  check_sum_rule({}, {3, 0}, 0, {});
}

/// A graph of these inputs, whose nodes all need gradients and have no rules.
Graph graph_of(const std::vector<Indices>& inputs) {
  Graph graph;
  for (const Indices& each : inputs) graph.push_back({.inputs = each});
  return graph;
}

std::string text(const Graph& graph) {
  std::string all;
  for (const Node& node : graph)
    all += (all.empty() ? "" : ", ") + text(node.inputs) + (node.needs_gradient ? "" : " (constant)");
  return "the graph with the inputs " + all;
}

/// Fails unless these nodes are in the order, each once, and none before one that it is an input of.
void check_order(const Graph& graph, std::size_t output, const Indices& expected) {
  const Indices order = backward_order(graph, output);
  const std::string call =
      "backward_order of " + text(graph) + ", and output " + std::to_string(output) + ", is " + text(order);
  Indices sorted = order;
  std::sort(sorted.begin(), sorted.end());
  if (sorted != expected) FAIL() << call << "; expected once each: " << text(expected);
  for (std::size_t i = 0; i < order.size(); ++i) {
    for (const std::size_t input : graph[order[i]].inputs) {
      const auto at = std::find(order.begin(), order.end(), input);
      if (at == order.end() || static_cast<std::size_t>(at - order.begin()) > i) continue;
      FAIL() << call << ": node " << input << " is before node " << order[i] << ", which it is an input of";
    }
  }
  SUCCEED();
}

TEST(BackwardOrder, OfAChain) {
  check_order(graph_of({{}}), 0, {0});
  check_order(graph_of({{}, {0}, {1}}), 2, {0, 1, 2});
}
TEST(BackwardOrder, HasEachNodeOnce) {
  check_order(graph_of({{}, {0}, {0}, {1, 2}}), 3, {0, 1, 2, 3});
  check_order(graph_of({{}, {0, 0}, {1, 1}}), 2, {0, 1, 2});
}
TEST(BackwardOrder, HasInputsAfterAllTheirUses) {
  check_order(graph_of({{}, {0}, {0, 1}}), 2, {0, 1, 2});
  check_order(graph_of({{}, {0}, {1, 0}}), 2, {0, 1, 2});
  check_order(graph_of({{}, {0}, {1}, {2}, {0, 3, 1}}), 4, {0, 1, 2, 3, 4});
}
TEST(BackwardOrder, DoesNotDependOnTheIndices) {
  check_order(graph_of({{1, 3}, {2, 3}, {}, {2}}), 0, {0, 1, 2, 3});
}
TEST(BackwardOrder, LeavesOutWhatTheOutputDoesNotNeed) {
  check_order(graph_of({{}, {0}, {0}, {1, 2}}), 1, {0, 1});
}
TEST(BackwardOrder, LeavesOutConstants) {
  Graph graph = graph_of({{}, {}, {1}, {0, 2}});
  graph[2].needs_gradient = false;  // and so node 1, which nothing else was computed from
  check_order(graph, 3, {0, 3});
  graph[3].needs_gradient = false;
  check_order(graph, 3, {});
}
TEST(BackwardOrder, OfALongChain) {
  constexpr std::size_t kSize = 1'000'000;
  Graph graph(kSize);
  for (std::size_t i = 1; i < kSize; ++i) graph[i].inputs = {i - 1};
  const Indices order = backward_order(graph, kSize - 1);
  bool descends = order.size() == kSize;
  for (std::size_t i = 0; i < order.size() && descends; ++i) descends = order[i] == kSize - 1 - i;
  expect(descends, "backward_order of a chain of a million nodes is " + text(order) +
                       ", expected {999999, 999998, ..., 0}");
}

Gradient shared(const Floats& values) { return std::make_shared<Floats>(values); }
Floats elements(const Gradient& gradient) { return gradient == nullptr ? Floats{kNaN} : *gradient; }

/// y = factor x.
Node scaled(std::size_t x, float factor) {
  const Rule rule = [factor](const Gradient& grad) {
    Floats result = *grad;
    for (float& each : result) each *= factor;
    return std::vector<Gradient>{shared(result)};
  };
  return {.inputs = {x}, .rule = rule};
}

/// y = a + b. The rule gives the gradient that it gets to both.
Node added(std::size_t a, std::size_t b) {
  return {.inputs = {a, b}, .rule = [](const Gradient& grad) { return std::vector<Gradient>{grad, grad}; }};
}

std::vector<Gradient> pass(const Graph& graph, const Indices& order, const Gradient& seed) {
  std::vector<Gradient> gradients = backward_pass(graph, order, seed);
  if (gradients.size() != graph.size()) {
    ADD_FAILURE() << "backward_pass gives " << gradients.size() << " gradients for a graph of "
                  << graph.size() << " nodes";
    gradients.resize(graph.size());
  }
  return gradients;
}

TEST(BackwardPass, BeginsWithTheSeed) {
  check("the gradient of a leaf that is the output, for the seed", {Floats{3, 4}},
        elements(pass({{}}, {0}, shared({3, 4}))[0]), Floats{3, 4});
  expect(pass({{}}, {}, shared({3, 4}))[0] == nullptr, "in an empty order, a node gets a gradient");
}
TEST(BackwardPass, FollowsAChain) {
  const auto gradients = pass({{}, scaled(0, 3), scaled(1, 2)}, {2, 1, 0}, shared({1, 10}));
  check("the gradient of h in y = 2 h, h = 3 x, for the seed", {Floats{1, 10}}, elements(gradients[1]),
        Floats{2, 20});
  check("the gradient of x in y = 2 h, h = 3 x, for the seed", {Floats{1, 10}}, elements(gradients[0]),
        Floats{6, 60});
}
TEST(BackwardPass, AddsTheGradientsOfAllUses) {
  const Graph graph{{}, scaled(0, 3), scaled(0, 2), added(1, 2)};
  check("the gradient of x in y = 3 x + 2 x, for the seed", {Floats{1, 10}},
        elements(pass(graph, {3, 2, 1, 0}, shared({1, 10}))[0]), Floats{5, 50});
  check("the gradient of x in y = x + x, for the seed", {Floats{1, 10}},
        elements(pass({{}, added(0, 0)}, {1, 0}, shared({1, 10}))[0]), Floats{2, 20});
}
TEST(BackwardPass, CallsEachRuleOnceWithTheWholeGradient) {
  Graph graph{{}, scaled(0, 3), scaled(1, 2), added(1, 2)};  // y = h + 2 h, h = 3 x
  std::vector<Floats> calls;
  const Rule rule = graph[1].rule;
  graph[1].rule = [&](const Gradient& grad) {
    calls.push_back(*grad);
    return rule(grad);
  };
  pass(graph, {3, 2, 1, 0}, shared({1}));
  if (calls.size() != 1) FAIL() << "the rule of h in y = h + 2 h is called " << calls.size() << " times";
  check("the gradient with which the rule of h in y = h + 2 h is called, for the seed", {Floats{1}}, calls[0],
        Floats{3});
}
TEST(BackwardPass, LeavesSharedGradientsAlone) {
  // y = h + a, h = a + b: the rules give the seed itself to h, a and b, and a gets it twice.
  const Graph graph{{}, {}, added(0, 1), added(2, 0)};
  const Gradient seed = shared({1, 10});
  const auto gradients = pass(graph, {3, 2, 1, 0}, seed);
  check("the gradient of a in y = (a + b) + a, for the seed", {Floats{1, 10}}, elements(gradients[0]),
        Floats{2, 20});
  check("the gradient of b in y = (a + b) + a, for the seed", {Floats{1, 10}}, elements(gradients[1]),
        Floats{1, 10});
  check("the seed {1, 10}, after a pass through y = (a + b) + a of", {Floats{1, 10}}, *seed, Floats{1, 10});
}
TEST(BackwardPass, LeavesOutWhatNeedsNoGradient) {
  Graph graph{{}, {.needs_gradient = false}, added(0, 1)};
  auto gradients = pass(graph, {2, 0}, shared({5}));
  check("the gradient of x in y = x + constant, for the seed", {Floats{5}}, elements(gradients[0]),
        Floats{5});
  expect(gradients[1] == nullptr, "in y = x + constant, the constant gets a gradient");
  // A rule that gives nothing: h = 3 x has no gradient, and its rule is not called.
  graph = {{}, scaled(0, 3), {.inputs = {1}, .rule = [](const Gradient&) {
                                return std::vector<Gradient>{nullptr};
                              }}};
  gradients = pass(graph, {2, 1, 0}, shared({5}));
  expect(gradients[1] == nullptr && gradients[0] == nullptr,
         "if a rule gives null, the input gets a gradient");
}
TEST(BackwardPass, RefusesAWrongNumberOfGradients) {
  for (const std::size_t wrong : {1U, 3U}) {
    Graph graph{{}, {}, added(0, 1)};
    graph[2].rule = [wrong](const Gradient& grad) { return std::vector<Gradient>(wrong, grad); };
    try {
      backward_pass(graph, Indices{2, 1, 0}, shared({1}));
      FAIL() << "backward_pass took " << wrong
             << " gradients for two inputs from a rule; expected std::invalid_argument";
    } catch (const std::invalid_argument&) {
      SUCCEED();
    }
  }
}

using Point = std::vector<double>;

/// Fails unless gradient_error is in [lowest, highest].
void check_error(const std::string& of, double error, double lowest, double highest) {
  expect(error >= lowest && error <= highest,
         "gradient_error of " + of + " is " + tinytorch::course::text_of(error) + ", expected " +
             tinytorch::course::text_of(lowest) + " to " + tinytorch::course::text_of(highest));
}

double cubes(std::span<const double> x) {
  double sum = 0;
  for (const double each : x) sum += each * each * each;
  return sum;
}

TEST(GradientError, IsSmallForTheGradient) {
  const auto f = [](std::span<const double> x) { return x[0] * x[0] * x[1] + std::sin(x[1]); };
  check_error("x0^2 x1 + sin(x1) at {3, 2} with its gradient",
              gradient_error(f, Point{3, 2}, Point{12, 9 + std::cos(2.0)}), 0, 1e-4);
  check_error("a function of nothing", gradient_error(f, Point{}, Point{}), 0, 0);
}
TEST(GradientError, FindsAWrongElement) {
  check_error("x0^3 + x1^3 + x2^3 at {1, 2, 3} with the gradient {3, 12, 30}",
              gradient_error(cubes, Point{1, 2, 3}, Point{3, 12, 30}), 0.0999, 0.1001);
  check_error("x0^3 + x1^3 + x2^3 at {1, 2, 3} with the gradient {-3, 12, 27}",
              gradient_error(cubes, Point{1, 2, 3}, Point{-3, 12, 27}), 1.999, 2.001);
}
TEST(GradientError, IsRelative) {
  const auto f = [](std::span<const double> x) { return 1e8 * x[0]; };
  check_error("1e8 x at 1 with the gradient 1.01e8", gradient_error(f, Point{1}, Point{1.01e8}), 0.0098,
              0.0101);
  const auto g = [](std::span<const double> x) { return 1 + 0 * x[0]; };
  check_error("a constant with the gradient 0", gradient_error(g, Point{1}, Point{0}), 0, 1e-4);
}
TEST(GradientError, TakesCentralDifferences) {
  check_error("x^3 at 2 with its gradient", gradient_error(cubes, Point{2}, Point{12}), 0, 1e-8);
}
TEST(GradientError, ScalesTheStep) {
  const auto f = [](std::span<const double> x) { return x[0] * x[0]; };
  check_error("x^2 at 1e6 with its gradient", gradient_error(f, Point{1e6}, Point{2e6}), 0, 1e-7);
  check_error("x^2 at 0 with its gradient", gradient_error(f, Point{0}, Point{0}), 0, 1e-7);
}
TEST(GradientError, ChangesOneElementAtATime) {
  const auto f = [](std::span<const double> x) { return x[0] * x[1] * x[2]; };
  check_error("x0 x1 x2 at {1, 2, 3} with its gradient", gradient_error(f, Point{1, 2, 3}, Point{6, 3, 2}), 0,
              1e-8);
}
TEST(GradientError, DoesNotLoseNaN) {
  const double error =
      gradient_error(cubes, Point{1, 2}, Point{std::numeric_limits<double>::quiet_NaN(), 12});
  expect(std::isnan(error), "gradient_error with a gradient of {NaN, 12} is " +
                                tinytorch::course::text_of(error) + ", expected NaN");
}

}  // namespace
}  // namespace autograd
