// What `./tito module measure 03` calls on the CPU.
#include "modules/course/measure.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <numeric>
#include <string>
#include <vector>

#include "modules/03_activations/activations.h"

namespace activations {
namespace {

using tinytorch::course::keep;
using tinytorch::course::measure;
using Row = std::vector<float>;

/// Numbers of both signs, in no order.
Row inputs(std::size_t size) {
  Row x(size);
  for (std::size_t i = 0; i < size; ++i) x[i] = static_cast<float>(i * 7919 % 8001) / 1000 - 4;
  return x;
}

template <class Function>
void measure_each(const std::string& what, const Row& x, Function function) {
  Row y(x.size());
  measure(what, [&] {
    for (std::size_t i = 0; i < x.size(); ++i) y[i] = function(x[i]);
    keep(y);
  });
}

TEST(Softmax, AndTheOthersOf100000Elements) {
  const Row x = inputs(100'000);
  measure_each("a copy", x, [](float each) { return each; });
  measure_each("relu", x, relu);
  measure_each("sigmoid", x, sigmoid);
  measure_each("tanh", x, [](float each) { return activations::tanh(each); });
  measure_each("gelu", x, gelu);
  Row y(x.size());
  measure("softmax", [&] { softmax(x, y); });
}

TEST(SigmoidGradient, Of100000Elements) {
  const Row x = inputs(100'000);
  Row y(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) y[i] = sigmoid(x[i]);
  measure_each("from y", y, [](float each) { return sigmoid_gradient(each, 1); });
  measure_each("from x, sigmoid again", x, [](float each) { return sigmoid_gradient(sigmoid(each), 1); });
}

/// By all n² derivatives: row i of the matrix is the gradient of y[i] alone.
void by_the_matrix(const Row& y, const Row& grad, Row& dx) {
  const std::size_t n = y.size();
  std::vector<Row> matrix(n, Row(n));
  Row one(n, 0);
  for (std::size_t i = 0; i < n; ++i) {
    one[i] = 1;
    softmax_gradient(y, one, matrix[i]);
    one[i] = 0;
  }
  for (std::size_t i = 0; i < n; ++i)
    dx[i] = std::inner_product(grad.begin(), grad.end(), matrix[i].begin(), 0.0F);
}

void compare_gradients(std::size_t n) {
  const Row y(n, 1 / static_cast<float>(n)), grad = inputs(n);
  Row dx(n);
  measure("softmax_gradient", [&] { softmax_gradient(y, grad, dx); });
  measure("by all derivatives", [&] { by_the_matrix(y, grad, dx); });
}

TEST(SoftmaxGradient, Of100Elements) { compare_gradients(100); }
TEST(SoftmaxGradient, Of1000Elements) { compare_gradients(1000); }

}  // namespace
}  // namespace activations
