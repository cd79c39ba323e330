#include "autograd/hooks.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <vector>

#include "autograd/functional.h"
#include "autograd/ops.h"
#include "core/ops/arithmetic.h"
#include "core/ops/creation.h"
#include "tests/support/replaced_hook.h"
#include "tests/support/tensor_matchers.h"

namespace tinytorch::testing {
namespace {

using Indices = std::vector<std::size_t>;
using Inputs = std::vector<Indices>;

/// Nodes whose results all were visited come first, by their numbers.
Indices valid_order(const Inputs& inputs, std::size_t output) {
  Indices uses(inputs.size()), order, ready{output};
  for (const Indices& each : inputs)
    for (const std::size_t i : each) ++uses[i];
  while (!ready.empty()) {
    order.push_back(ready.back());
    ready.pop_back();
    for (const std::size_t i : inputs[order.back()])
      if (--uses[i] == 0) ready.push_back(i);
  }
  return order;
}

/// d/dx of (x² + x) x² at 3.
Tensor gradient() {
  const Variable x = variable(Tensor{3.0});
  const Variable square = x * x;
  sum((square + x) * square).backward();
  return x.grad();
}

TEST(BackwardOrderHook, DecidesTheOrder) {
  static std::size_t nodes = 0;
  const ReplacedHook hook(hooks::backward_order, [](const Inputs& inputs, std::size_t output) {
    nodes = inputs.size();
    return valid_order(inputs, output);
  });
  EXPECT_TENSOR_EQ(gradient(), (Tensor{4.0 * 27 + 3 * 9}));
  EXPECT_EQ(nodes, 5U);  // x, its square, the sum, the product, the sum of all
}

TEST(BackwardOrderHook, IsCheckedForMistakes) {
  {
    const ReplacedHook hook(hooks::backward_order, [](const Inputs&, std::size_t) { return Indices{7}; });
    EXPECT_ERROR(gradient(), ValueError, "[backward] the hook backward_order names node 7 of 5");
  }
  const ReplacedHook hook(hooks::backward_order,
                          [](const Inputs&, std::size_t output) { return Indices{output}; });
  EXPECT_ERROR(gradient(), ValueError,
               "[backward] the hook backward_order left nodes out, or named them too early");
}

TEST(MatmulGradientHook, ComputesTheGradientOfEachInput) {
  const ReplacedHook hook(hooks::matmul_gradient,
                          [](const Tensor& a, const Tensor& b, const Tensor& grad, int input) {
                            EXPECT_TENSOR_EQ(grad, ones({2, 4}));
                            return full(input == 0 ? a.shape() : b.shape(), 5.0 + input);
                          });
  const Variable a = variable(zeros({2, 3})), b = variable(zeros({3, 4}));
  sum(matmul(a, b)).backward();
  EXPECT_TENSOR_EQ(a.grad(), full({2, 3}, 5.0));
  EXPECT_TENSOR_EQ(b.grad(), full({3, 4}, 6.0));
}

TEST(BroadcastGradientHook, ComputesTheGradientOfWhatWasBroadcast) {
  const ReplacedHook hook(hooks::broadcast_gradient, [](const Tensor& grad, const Shape& shape) {
    EXPECT_EQ(grad.shape(), (Shape{2, 3}));
    return full(shape, 4.0);
  });
  const Variable x = variable(zeros({3}));
  sum(x * ones({2, 3})).backward();
  EXPECT_TENSOR_EQ(x.grad(), full({3}, 4.0));
}

TEST(BroadcastGradientHook, MustGiveTheShapeOfTheOperand) {
  const ReplacedHook hook(hooks::broadcast_gradient, [](const Tensor& grad, const Shape&) { return grad; });
  const Variable x = variable(zeros({3}));
  EXPECT_ERROR(sum(x * ones({2, 3})).backward(), ShapeError,
               "[backward] the hook broadcast_gradient gave [2, 3] for an operand [3]");
}

}  // namespace
}  // namespace tinytorch::testing
