#include "core/ops/linear_algebra.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "core/ops/arithmetic.h"
#include "core/ops/composite.h"
#include "core/ops/creation.h"
#include "core/ops/einsum.h"
#include "tests/core/ones_of.h"
#include "tests/support/backend.h"
#include "tests/support/tensor_matchers.h"

namespace tinytorch {
namespace {

using testing::backend;
using testing::ones_of;

TEST(LinearAlgebra, SaysWhichShapesItTakes) {
  EXPECT_ERROR(outer(ones_of({2, 3}), ones_of({3})), ShapeError,
               "[outer] takes two vectors, but a is [2, 3] and b is [3]; flatten() gives vectors");
  EXPECT_ERROR(dot(ones_of({}), ones_of({3})), ShapeError,
               "[dot] takes two vectors, but a is [] and b is [3]; flatten() gives vectors");
  EXPECT_THROW(dot(ones_of({2}), ones_of({3})), ShapeError);
  EXPECT_ERROR(bmm(ones_of({2, 3, 4}), ones_of({1, 4, 5})), ShapeError,
               "[bmm] takes [batch, m, k] and [batch, k, n], but a is [2, 3, 4] and b is [1, 4, 5]; matmul() "
               "broadcasts");
  EXPECT_ERROR(baddbmm(ones_of({5}), ones_of({2, 3, 4}), ones_of({2, 3, 5})), ShapeError,
               "[baddbmm] takes [batch, m, k] and [batch, k, n], but a is [2, 3, 4] and b is [2, 3, 5]; "
               "matmul() broadcasts");
  EXPECT_ERROR(
      addmm(ones_of({5}), ones_of({3, 4}), ones_of({5, 5})), ShapeError,
      "[addmm] takes a [m, k] and b [k, n], but a is [3, 4] and b is [5, 5]; baddbmm() takes batches");
  EXPECT_ERROR(addmm(ones_of({2, 3, 5}), ones_of({3, 4}), ones_of({4, 5})), ShapeError,
               "[addmm] x is [2, 3, 5], which does not broadcast to the product's [3, 5]");
  EXPECT_ERROR(bmm(Tensor(), ones_of({1, 4, 5})), ValueError,
               "[bmm] a is undefined (default-constructed); give it a value first");
  EXPECT_THROW(baddbmm(ones_of({7}), ones_of({2, 3, 4}), ones_of({2, 4, 5})), ShapeError);
}

void expect_einsum_error(const char* equation, const std::vector<Tensor>& operands,
                         const std::type_info& type, const char* name, const char* message) {
  EXPECT_TRUE(testing::throws([&] { static_cast<void>(einsum(equation, operands)); }, type, name, message));
}
#define EXPECT_EINSUM_ERROR(equation, operands, Type, message) \
  expect_einsum_error(equation, operands, typeid(Type), #Type, message)

TEST(Einsum, SaysWhatIsWrongWithTheEquation) {
  const std::vector<Tensor> two{ones_of({2, 3}), ones_of({3, 4})};
  EXPECT_EINSUM_ERROR("ij,jk,kl", two, ValueError,
                      "[einsum] \"ij,jk,kl\" is for 3 operands, but there are 2");
  EXPECT_EINSUM_ERROR("i1,jk", two, ValueError,
                      "[einsum] '1' in \"i1,jk\" is neither a letter nor, once an operand, \"...\"");
  EXPECT_EINSUM_ERROR("ij,jk->ii", two, ValueError,
                      "[einsum] 'i' stands twice in the result of \"ij,jk->ii\"");
  EXPECT_EINSUM_ERROR("ij,jk->iz", two, ValueError,
                      "[einsum] 'z' in the result of \"ij,jk->iz\" is in no operand");
  EXPECT_EINSUM_ERROR("ijk,jk", two, ShapeError,
                      "[einsum] operand 0 is [2, 3], but \"ijk,jk\" names 3 axes of it");
  EXPECT_EINSUM_ERROR("i,jk", two, ShapeError,
                      "[einsum] operand 0 is [2, 3], but \"i,jk\" names 1 axis of it");
  EXPECT_EINSUM_ERROR("ij,ik", two, ShapeError, "[einsum] 'i' in \"ij,ik\" is 2 long, but 3 in operand 1");
  EXPECT_EINSUM_ERROR(
      "...j,...k", two, ShapeError,
      "[einsum] the axes of \"...\" in \"...j,...k\" do not broadcast: one is 2 long, but 3 in "
      "operand 1");
  EXPECT_EINSUM_ERROR(
      "abcde,fghij", (std::vector{ones_of({1, 1, 1, 1, 1}), ones_of({1, 1, 1, 1, 1})}), ShapeError,
      "[einsum] a product of two operands has 10 axes, but a tensor has at most 8; order the operands so "
      "that letters are summed earlier, or reshape axes into one");
  EXPECT_EINSUM_ERROR("", {}, ValueError, "[einsum] \"\" is for 1 operands, but there are 0");
}

TEST(Einsum, OfNoLettersIsTheScalar) {
  EXPECT_TENSOR_EQ(einsum("->", std::vector{ones_of({})}), Tensor(1.0F));
  EXPECT_TENSOR_EQ(einsum(",", std::vector{ones_of({}), ones_of({})}), Tensor(1.0F));
}

TEST(Einsum, TakesEveryDiagonal) {
  const Tensor x = reshape(arange(16), {2, 2, 2, 2}), cube = reshape(arange(27), {3, 3, 3});
  EXPECT_TENSOR_EQ(einsum("iijj->ij", std::vector{x}), (Tensor{{0, 3}, {12, 15}}));
  EXPECT_TENSOR_EQ(einsum("ijji->ij", std::vector{x}), (Tensor{{0, 6}, {9, 15}}));
  EXPECT_TENSOR_EQ(einsum("iii->i", std::vector{cube}), (Tensor{0, 13, 26}));
  EXPECT_TENSOR_EQ(einsum("iiii", std::vector{x}), (Tensor(15)));
}

TEST(Einsum, MultipliesAlongAsManyLettersAsATensorHas) {
  const Tensor x = ones_of({1, 2, 1, 1, 2, 1, 1, 3}) * 2;
  EXPECT_TENSOR_EQ(einsum("abcdefgh,abcdefgh->abcdefgh", {x, x}), x * x);
}

TEST(Stack, TakesTensorsInBraces) {
  const Tensor x = ones_of({2});
  EXPECT_EQ(stack({x, x, x}).shape(), (Shape{3, 2}));
  EXPECT_EQ(stack({x, x, x}, 1).shape(), (Shape{2, 3}));
}

}  // namespace
}  // namespace tinytorch
