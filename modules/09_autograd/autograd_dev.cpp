// Module 09: automatic differentiation.
//
// A network is a composition of few functions, each of which has a rule: how the gradient of its result
// becomes the gradients of its inputs. Applied from the loss to the parameters, once for each value that was
// computed, the rules give the derivative of the loss with respect to every parameter.
//
// Each function below is an exercise. Replace its todo() by your code, save, and run
//
//     ./tito module test 09

#include "modules/09_autograd/autograd.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

#include "modules/course/todo.h"

using tinytorch::course::todo;

namespace autograd {

/// The rules of y = a + b, for arrays of the same size: the gradients of a and b from that of y.
///
///     grad {1, 2}: grad_a becomes {1, 2}, and grad_b too
///
/// 1. If a grows by a little, y grows by as much: the slope is 1.
/// 2. An operand that needs no gradient has an empty span: leave it out.
void add_rule(std::span<const float> grad, std::span<float> grad_a, std::span<float> grad_b) {
  // BEGIN SOLUTION elementwise_rules
  for (const std::span<float> result : {grad_a, grad_b}) {
    if (!result.empty()) std::copy(grad.begin(), grad.end(), result.begin());
  }
  // END SOLUTION
}

/// The rules of y = a b, elementwise, for arrays of the same size.
///
///     a {3, 4}, b {5, 6}, grad {1, 2}: grad_a becomes {5, 12}, grad_b {3, 8}
///
/// 1. If a grows by a little, y grows by b times as much, and the other way round. By the chain rule that is
///    multiplied by grad.
/// 2. An operand that needs no gradient has an empty span: leave it out.
void multiply_rule(std::span<const float> a, std::span<const float> b, std::span<const float> grad,
                   std::span<float> grad_a, std::span<float> grad_b) {
  // BEGIN SOLUTION elementwise_rules
  for (std::size_t i = 0; i < grad_a.size(); ++i) grad_a[i] = grad[i] * b[i];
  for (std::size_t i = 0; i < grad_b.size(); ++i) grad_b[i] = grad[i] * a[i];
  // END SOLUTION
}

/// The gradient of an operand of this shape that was broadcast to grad_shape, from the gradient of what it
/// was broadcast to: each element of the operand was used several times, and the gradients of all uses add
/// up.
///
///     grad {{1, 2, 3}, {4, 5, 6}}, from {2, 3} to {3}: the result is {5, 7, 9}
///                                  from {2, 3} to {2, 1}: {6, 15}    from {2, 3} to {}: {21}
///
/// 1. Compare the shapes from their last axes. An axis that the operand lacks, or in which it has the length
///    1, is summed.
/// 2. An index of grad leads to an element of the result by strides, which are 0 along the axes that are
///    summed. std::vector<std::int64_t> index(grad_shape.size()) is the first index, and advance(index,
///    grad_shape) moves it to the next.
/// 3. What is in the result at first is not part of the sum. A float of 2^24 does not change if 1 is added:
///    add up in double, in a vector of as many elements as the result has, and round once.
void sum_to_shape(std::span<const float> grad, Axes grad_shape, Axes shape, std::span<float> result) {
  // BEGIN SOLUTION sum_to_shape
  const std::size_t missing = grad_shape.size() - shape.size();
  std::vector<std::int64_t> strides(grad_shape.size(), 0);
  std::int64_t stride = 1;
  for (std::size_t axis = shape.size(); axis-- > 0;) {
    if (shape[axis] != 1) strides[missing + axis] = stride;
    stride *= shape[axis];
  }
  std::vector<double> sums(result.size(), 0.0);
  std::vector<std::int64_t> index(grad_shape.size());
  for (const float each : grad) {
    std::int64_t to = 0;
    for (std::size_t axis = 0; axis < index.size(); ++axis) to += index[axis] * strides[axis];
    sums[static_cast<std::size_t>(to)] += each;
    advance(index, grad_shape);
  }
  for (std::size_t i = 0; i < sums.size(); ++i) result[i] = static_cast<float>(sums[i]);
  // END SOLUTION
}

/// The rules of the product y = a b of matrices, for a [m, k], b [k, n] and y [m, n] (Giles 2008, section
/// 2.2).
///
///     grad_a = grad bᵀ, which is [m, k]        grad_b = aᵀ grad, which is [k, n]
///
/// 1. y(i, j) contains a(i, l) b(l, j). So a(i, l) is in all y of row i, each time with the slope b(l, j):
///    grad_a(i, l) is the sum over j of grad(i, j) b(l, j).
/// 2. Likewise b(l, j) is in all y of column j: grad_b(l, j) is the sum over i of a(i, l) grad(i, j).
/// 3. No transposed copy is needed: only the indices change. Add up in double. A sum of no terms is 0.
/// 4. An operand that needs no gradient has a null pointer: leave it out, which saves half of the work.
void matmul_rule(const float* a, const float* b, const float* grad, float* grad_a, float* grad_b,
                 std::size_t m, std::size_t k, std::size_t n) {
  // BEGIN SOLUTION matmul_rule
  if (grad_a != nullptr) {
    for (std::size_t i = 0; i < m; ++i) {
      for (std::size_t l = 0; l < k; ++l) {
        double sum = 0;
        for (std::size_t j = 0; j < n; ++j) sum += static_cast<double>(grad[i * n + j]) * b[l * n + j];
        grad_a[i * k + l] = static_cast<float>(sum);
      }
    }
  }
  if (grad_b != nullptr) {
    for (std::size_t l = 0; l < k; ++l) {
      for (std::size_t j = 0; j < n; ++j) {
        double sum = 0;
        for (std::size_t i = 0; i < m; ++i) sum += static_cast<double>(a[i * k + l]) * grad[i * n + j];
        grad_b[l * n + j] = static_cast<float>(sum);
      }
    }
  }
  // END SOLUTION
}

/// The rule of a sum over an axis, y = sum(x, axis), where x has this shape and y has all axes but that one.
///
///     shape {2, 3}, axis 1, grad {7, 8}: grad_x becomes {{7, 7, 7}, {8, 8, 8}}
///     shape {2, 3}, axis 0, grad {4, 5, 6}: {{4, 5, 6}, {4, 5, 6}}
///
/// 1. All x that are summed to one y have the slope 1, so each gets the gradient of that y.
/// 2. Let `inner` be the product of the lengths behind the axis, and `length` that of the axis. Then x is
///    [outer, length, inner] and y is [outer, inner]: grad_x(i, l, j) = grad(i, j).
/// 3. An axis of length 0 is summed to zeros, and there is nothing to write.
void sum_rule(std::span<const float> grad, Axes shape, std::size_t axis, std::span<float> grad_x) {
  // BEGIN SOLUTION sum_rule
  std::size_t inner = 1;
  for (const std::int64_t length : shape.subspan(axis + 1)) inner *= static_cast<std::size_t>(length);
  const auto length = static_cast<std::size_t>(shape[axis]);
  for (std::size_t i = 0; i < grad_x.size(); ++i) grad_x[i] = grad[i / (length * inner) * inner + i % inner];
  // END SOLUTION
}

/// The order in which a backward pass visits the nodes that the output was computed from, the output first:
/// each once, and none before all nodes that it is an input of. Nodes that need no gradient are left out, and
/// with them what only they were computed from.
///
///     nodes 0: x, 1: x x, 2: x + x x: backward_order(graph, 2) = {2, 1, 0}
///
/// 1. Find the nodes that are reached from the output by inputs that need a gradient, and count for each in
///    how many inputs of these it is used; twice in x x.
/// 2. Visit the output. Whenever a node is visited, each of its inputs has a use less to wait for. When it
///    has none, it can be visited next (Kahn 1962).
/// 3. If the output itself needs no gradient, the order is empty.
/// 4. A recurrent network of a million steps is a chain of a million nodes: a function that calls itself for
///    each input overflows the stack. Keep the nodes that are still to be visited in a std::vector.
std::vector<std::size_t> backward_order(const Graph& graph, std::size_t output) {
  // BEGIN SOLUTION backward_order
  std::vector<std::size_t> order;
  if (!graph[output].needs_gradient) return order;
  std::vector<std::size_t> uses(graph.size(), 0), reached{output};
  for (std::size_t i = 0; i < reached.size(); ++i) {
    for (const std::size_t input : graph[reached[i]].inputs) {
      if (graph[input].needs_gradient && ++uses[input] == 1) reached.push_back(input);
    }
  }
  order.push_back(output);
  for (std::size_t i = 0; i < order.size(); ++i) {
    for (const std::size_t input : graph[order[i]].inputs) {
      if (graph[input].needs_gradient && --uses[input] == 0) order.push_back(input);
    }
  }
  return order;
  // END SOLUTION
}

/// A backward pass: the gradients of all nodes of an order, which begins with the output and has no node
/// before those that it is an input of.
///
/// 1. The gradient of the output is the seed. Visit the nodes in order. When a node is visited, its gradient
///    is complete: call its rule with it, once. A leaf has no rule.
/// 2. Each gradient that the rule returns is added to that of the input. Leave out the null ones, and inputs
///    that need no gradient. A node that got no gradient is not visited.
/// 3. A rule may return one gradient for both inputs, or the very one that it was called with. Do not write
///    to elements that someone else holds: the first gradient of an input can be shared, but the sum with a
///    second one needs a new vector. (With sum.use_count() == 1 nobody else holds it, and adding in place is
///    right.)
/// 4. If a rule returns another number of gradients than the node has inputs, throw std::invalid_argument.
/// @return  a gradient for each node of the graph; null where there is none
std::vector<Gradient> backward_pass(const Graph& graph, std::span<const std::size_t> order,
                                    const Gradient& seed) {
  // BEGIN SOLUTION backward_pass
  std::vector<Gradient> gradients(graph.size());
  if (!order.empty()) gradients[order.front()] = seed;
  for (const std::size_t visited : order) {
    const Node& node = graph[visited];
    if (gradients[visited] == nullptr || !node.rule) continue;
    const std::vector<Gradient> parts = node.rule(gradients[visited]);
    if (parts.size() != node.inputs.size()) {
      throw std::invalid_argument("a rule gave " + std::to_string(parts.size()) + " gradients for " +
                                  std::to_string(node.inputs.size()) + " inputs");
    }
    for (std::size_t k = 0; k < parts.size(); ++k) {
      if (parts[k] == nullptr || !graph[node.inputs[k]].needs_gradient) continue;
      Gradient& sum = gradients[node.inputs[k]];
      if (sum == nullptr) {
        sum = parts[k];
        continue;
      }
      if (sum.use_count() > 1) sum = std::make_shared<std::vector<float>>(*sum);
      for (std::size_t i = 0; i < sum->size(); ++i) (*sum)[i] += (*parts[k])[i];
    }
  }
  return gradients;
  // END SOLUTION
}

/// Compares a gradient of f at x with central differences, and gives the largest relative error of an
/// element.
///
///     f = x₀², x = {3}, gradient {6}: about 1e-11    gradient {5}: 0.17
///
/// 1. The difference for element i is (f(x + h) - f(x - h)) / 2h, where only x_i is changed: its error is
///    proportional to h², that of (f(x + h) - f(x)) / h to h.
/// 2. With h too large the slope changes within the step, with h too small the digits of f cancel. The best
///    is about the cube root of the rounding error, times the size of x_i: h = ∛ε max(1, |x_i|), where ε is
///    std::numeric_limits<double>::epsilon() (Press et al. 2007, section 5.7).
/// 3. x + h is rounded. Divide by the difference of the two numbers that f gets, not by 2h.
/// 4. The relative error is |gradient - difference|, divided by the largest of |gradient|, |difference| and
///    1e-6, so that rounding errors where both should be 0 do not count.
/// 5. Without elements the result is 0. If an error is NaN, so is the result: std::max would lose it.
double gradient_error(const std::function<double(std::span<const double>)>& f, std::span<const double> x,
                      std::span<const double> gradient) {
  // BEGIN SOLUTION gradient_error
  std::vector<double> at(x.begin(), x.end());
  double largest = 0;
  for (std::size_t i = 0; i < at.size(); ++i) {
    const double h = std::cbrt(std::numeric_limits<double>::epsilon()) * std::max(1.0, std::abs(x[i]));
    const double above = x[i] + h, below = x[i] - h;
    at[i] = above;
    const double f_above = f(at);
    at[i] = below;
    const double f_below = f(at);
    at[i] = x[i];
    const double difference = (f_above - f_below) / (above - below);
    const double error =
        std::abs(gradient[i] - difference) / std::max({std::abs(gradient[i]), std::abs(difference), 1e-6});
    if (std::isnan(error)) return error;
    largest = std::max(largest, error);
  }
  return largest;
  // END SOLUTION
}

}  // namespace autograd
