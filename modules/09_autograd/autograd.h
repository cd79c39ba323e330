#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "modules/02_tensor/tensor.h"

// What module 09 writes: autograd_dev.cpp defines the functions. Arrays are contiguous, row after row.
namespace autograd {

using tensor::advance;
using tensor::Axes;

/// The gradient of a loss with respect to the value of a node: a derivative for each element. Whoever holds
/// the pointer shares the elements. Null where there is no gradient.
using Gradient = std::shared_ptr<std::vector<float>>;

/// Computes the gradients of a node's inputs from that of the node: one for each input, in order; null for an
/// input that needs none.
using Rule = std::function<std::vector<Gradient>(const Gradient& grad)>;

/// A value that was computed, or a leaf: a parameter, or data.
struct Node {
  std::vector<std::size_t> inputs = {};  ///< the nodes that it was computed from, by their indices
  bool needs_gradient = true;            ///< false for constants, and for what is computed from them alone
  Rule rule = {};                        ///< empty for a leaf
};

/// The nodes of a computation, in any order. No node is, directly or not, an input of itself.
using Graph = std::vector<Node>;

void add_rule(std::span<const float> grad, std::span<float> grad_a, std::span<float> grad_b);
void multiply_rule(std::span<const float> a, std::span<const float> b, std::span<const float> grad,
                   std::span<float> grad_a, std::span<float> grad_b);
void sum_to_shape(std::span<const float> grad, Axes grad_shape, Axes shape, std::span<float> result);
void matmul_rule(const float* a, const float* b, const float* grad, float* grad_a, float* grad_b,
                 std::size_t m, std::size_t k, std::size_t n);
void sum_rule(std::span<const float> grad, Axes shape, std::size_t axis, std::span<float> grad_x);
std::vector<std::size_t> backward_order(const Graph& graph, std::size_t output);
std::vector<Gradient> backward_pass(const Graph& graph, std::span<const std::size_t> order,
                                    const Gradient& seed);
double gradient_error(const std::function<double(std::span<const double>)>& f, std::span<const double> x,
                      std::span<const double> gradient);

}  // namespace autograd
