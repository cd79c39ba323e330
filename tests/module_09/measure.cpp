// What `./tito module measure 09` calls.
#include "modules/course/measure.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "modules/09_autograd/autograd.h"

namespace autograd {
namespace {

using tinytorch::course::keep;
using tinytorch::course::measure;
using Floats = std::vector<float>;

/// Comes to each node as often as there are paths to it.
void along_each_path(const Graph& graph, std::size_t node, std::vector<std::size_t>& visits) {
  ++visits[node];
  for (const std::size_t input : graph[node].inputs) along_each_path(graph, input, visits);
}

/// Layers y = h + h, one on another.
void compare_orders(std::size_t layers) {
  Graph graph(layers + 1);
  for (std::size_t i = 1; i <= layers; ++i) graph[i].inputs = {i - 1, i - 1};
  measure("along each path", [&] {
    std::vector<std::size_t> visits(graph.size(), 0);
    along_each_path(graph, layers, visits);
    keep(visits);
  });
  measure("backward_order", [&] { keep(backward_order(graph, layers)); });
}

TEST(BackwardOrder, Of10LayersOfTwoPaths) { compare_orders(10); }
TEST(BackwardOrder, Of20LayersOfTwoPaths) { compare_orders(20); }

/// A sum of 101 leaves, added one after another, whose additions have this rule. The output is node 0.
Graph sum_with(const Rule& rule) {
  constexpr std::size_t kAdditions = 100;
  Graph graph(2 * kAdditions + 1);
  for (std::size_t i = 0; i < kAdditions; ++i)
    graph[2 * i] = {.inputs = {2 * i + 1, 2 * i + 2}, .rule = rule};
  return graph;
}

void pass_backwards(const Graph& graph, const Gradient& seed) {
  keep(backward_pass(graph, backward_order(graph, 0), seed));
}

TEST(BackwardPass, Of100AdditionsOf1000Elements) {
  const auto seed = std::make_shared<Floats>(1000, 1.0F);
  const Graph copying = sum_with([](const Gradient& grad) {
    const auto of_a = std::make_shared<Floats>(grad->size()), of_b = std::make_shared<Floats>(grad->size());
    add_rule(*grad, *of_a, *of_b);
    return std::vector<Gradient>{of_a, of_b};
  });
  const Graph sharing = sum_with([](const Gradient& grad) { return std::vector<Gradient>{grad, grad}; });
  measure("rules copy their gradients", [&] { pass_backwards(copying, seed); });
  measure("rules share their gradients", [&] { pass_backwards(sharing, seed); });
}

double sum_of_squares(std::span<const double> x) {
  double sum = 0;
  for (const double each : x) sum += each * each;
  return sum;
}

void compare_gradients(std::size_t elements) {
  const std::vector<double> x(elements, 0.5), gradient(elements, 1.0);
  const Floats operand(elements, 0.5F), seed(elements, 1.0F);
  Floats of_left(elements), of_right(elements);
  measure("f, a sum of squares", [&] { keep(sum_of_squares(x)); });
  measure("multiply_rule", [&] {
    multiply_rule(operand, operand, seed, of_left, of_right);
    keep(of_left);
    keep(of_right);
  });
  measure("gradient_error", [&] { keep(gradient_error(sum_of_squares, x, gradient)); });
}

TEST(GradientError, Of100Elements) { compare_gradients(100); }
TEST(GradientError, Of1000Elements) { compare_gradients(1000); }

}  // namespace
}  // namespace autograd
