// Ops of several operands accept Tensors together with Variables, and lists in braces.
#include <gtest/gtest.h>

#include "autograd/ops.h"
#include "core/ops/creation.h"
#include "tests/autograd/leaves.h"
#include "tests/support/tensor_matchers.h"

namespace tinytorch::testing {
namespace {

Tensor of(const Shape& shape) { return ones(shape, {.device = backend()}); }
Variable leaf_of(const Shape& shape) { return variable(of(shape)); }

TEST(MixedOperands, OfProducts) {
  const Variable v = leaf_of({2}), batch = leaf_of({1, 2, 2});
  EXPECT_TENSOR_EQ(outer(v, of({3})), of({2, 3}));
  EXPECT_TENSOR_EQ(dot(v, of({2})), of({}) * 2);
  EXPECT_TENSOR_EQ(bmm(batch, of({1, 2, 2})), of({1, 2, 2}) * 2);
  EXPECT_TENSOR_EQ(baddbmm(batch, of({1, 2, 2}), of({1, 2, 2})), of({1, 2, 2}) * 3);
}

TEST(MixedOperands, OfElements) {
  const Variable v = leaf_of({2});
  EXPECT_TENSOR_EQ(lerp(v, of({2}) * 3, 0.5), of({2}) * 2);
  EXPECT_TENSOR_EQ(addcmul(v, of({2}), of({2}), 2), of({2}) * 3);
}

TEST(MixedOperands, OfConvolutions) {
  EXPECT_TENSOR_EQ(conv1d(leaf_of({1, 1, 3}), of({1, 1, 2}), of({1})), of({1, 1, 2}) * 3);
  EXPECT_TENSOR_EQ(conv_transpose2d(leaf_of({1, 1, 1, 1}), of({1, 1, 2, 2}), of({1})), of({1, 1, 2, 2}) * 2);
}

TEST(MixedOperands, OfAttention) {
  const auto [output, weights] = attention_with_weights(leaf_of({1, 2, 4}), of({1, 1, 4}), of({1, 1, 3}));
  EXPECT_TENSOR_EQ(output, of({1, 2, 3}));
  EXPECT_TRUE(output.requires_grad());
}

TEST(Lists, OfVariablesInBraces) {
  const Variable v = leaf_of({2}), w = leaf_of({2});
  EXPECT_TENSOR_EQ(stack({v, w}), of({2, 2}));
  const Variable product = einsum("i,i->", {v, w});
  product.backward();
  EXPECT_TENSOR_EQ(v.grad(), of({2}));
}

TEST(TransposedConvolution, HasItsGradientWhereItsOutputIsPaddedBeyondTheStride) {
  const Variable x = leaf_of({1, 1, 1, 2}), w = leaf_of({1, 1, 1, 2});
  const Variable y = conv_transpose2d(x, w, {}, {.output_padding = {0, 1}, .dilation = {1, 2}});
  sum(y).backward();
  EXPECT_TENSOR_EQ(x.grad(), of({1, 1, 1, 2}) * 2);
  EXPECT_TENSOR_EQ(w.grad(), of({1, 1, 1, 2}) * 2);
}

}  // namespace
}  // namespace tinytorch::testing
