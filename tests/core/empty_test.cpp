// Ops of each family on tensors without elements and without axes. (The op table has more of them.)
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "core/error.h"
#include "core/ops/activation.h"
#include "core/ops/comparison.h"
#include "core/ops/composite.h"
#include "core/ops/copy.h"
#include "core/ops/creation.h"
#include "core/ops/math.h"
#include "core/ops/matmul.h"
#include "core/ops/random.h"
#include "core/ops/reduction.h"
#include "tests/support/backend.h"
#include "tests/support/tensor_matchers.h"

namespace tinytorch::testing {
namespace {

Tensor nothing(const Shape& shape) { return zeros(shape, {.device = backend()}); }
Tensor scalar(double value) { return full({}, value, {.device = backend()}); }

TEST(EmptyTensor, IsAnOperandOfElementwiseOps) {
  const Tensor x = nothing({2, 0});
  for (const Tensor& y : {x + x, x * 2, -x, exp(x), relu(x), pow(x, 2), maximum(x, nothing({1, 1})), clone(x),
                          where(x > 0, x, 1), softmax(x, 0), softmax(x, 1), slice(x, 0, 0), contiguous(x)}) {
    EXPECT_TENSOR_EQ(y, x);
  }
  EXPECT_EQ((x == x).dtype(), DType::boolean);
  EXPECT_EQ(x.to(DType::i64).numel(), 0);
  EXPECT_TRUE(x.to_vector().empty());
}

TEST(EmptyTensor, IsReducedToTheNeutralElementOrNotAtAll) {
  const Tensor x = nothing({0, 3});
  EXPECT_TENSOR_EQ(sum(x), Tensor(0.0f));
  EXPECT_TENSOR_EQ(sum(x, {0}), (Tensor{0.0, 0.0, 0.0}));
  EXPECT_EQ(sum(x, {1}).shape(), (Shape{0}));
  EXPECT_TRUE(std::isnan(mean(x).item()));
  EXPECT_EQ(max(x, {1}).shape(), (Shape{0}));
  EXPECT_THROW(max(x), ShapeError);
}

TEST(EmptyTensor, IsAnOperandOfProducts) {
  EXPECT_TENSOR_EQ(matmul(nothing({2, 0}), nothing({0, 2})), (Tensor{{0.0, 0.0}, {0.0, 0.0}}));
  EXPECT_EQ(matmul(nothing({0, 3}), nothing({3, 2})).shape(), (Shape{0, 2}));
  EXPECT_EQ(matmul(nothing({0}), nothing({0})).item(), 0.0f);
}

TEST(EmptyTensor, IsAnOperandOfShapeOps) {
  const Tensor x = nothing({0, 3});
  EXPECT_EQ(reshape(x, {3, 0, 5}).shape(), (Shape{3, 0, 5}));
  EXPECT_EQ(transpose(x).shape(), (Shape{3, 0}));
  EXPECT_EQ(concat({x, scalar(1) + nothing({1, 3})}).shape(), (Shape{1, 3}));
  EXPECT_EQ(stack(std::vector{x, x}).shape(), (Shape{2, 0, 3}));
  EXPECT_EQ(expand(nothing({0, 1}), {4, 0, 3}).shape(), (Shape{4, 0, 3}));
}

TEST(EmptyTensor, IsMadeAndChangedInPlace) {
  EXPECT_EQ(arange(0, {.device = backend()}).shape(), (Shape{0}));
  EXPECT_EQ(arange(5, 0).numel(), 0);
  EXPECT_EQ(linspace(0, 1, 0).numel(), 0);
  EXPECT_EQ(eye(0).shape(), (Shape{0, 0}));
  EXPECT_EQ(rand({0, 2}, {.device = backend()}).numel(), 0);
  Tensor x = nothing({0, 3});
  x += 1;
  fill(x, 2);
  assign(x, Tensor{1.0, 2.0, 3.0}.to(backend()));
  EXPECT_EQ(x.shape(), (Shape{0, 3}));
}

TEST(EmptyTensor, IsChangedInPlaceAlsoWhereItIsExpanded) {
  const Tensor one = scalar(1);
  for (Tensor x :
       {expand(scalar(0), {3, 0}), expand(nothing({0, 1}), {4, 0, 3}), expand(scalar(0), {0, 2})}) {
    const Shape shape = x.shape();
    x += one;
    x -= 1;
    x *= x;
    x /= 2.0;
    fill(x, 2);
    assign(x, one);
    assign(x, x);
    EXPECT_EQ(x.shape(), shape);
    EXPECT_TENSOR_EQ(slice_scatter(x, one, 0, 0, 1), x);
    EXPECT_TENSOR_EQ(clone(x), x);
    EXPECT_TRUE(x.to(DType::f64).to_vector().empty());
  }
}

TEST(TensorWithoutAxes, IsAnOperandOfEachFamily) {
  const Tensor x = scalar(-2);
  EXPECT_EQ((x * x).item(), 4.0f);
  EXPECT_EQ(relu(x).item(), 0.0f);
  EXPECT_EQ(sum(x).item(), -2.0f);
  EXPECT_EQ(max(x).item(), -2.0f);
  EXPECT_EQ(argmax(x).item<std::int64_t>(), 0);
  EXPECT_EQ(transpose(reshape(x, {1, 1})).shape(), (Shape{1, 1}));
  EXPECT_EQ(squeeze(reshape(x, {1, 1})).shape(), Shape());
  EXPECT_EQ(where(x < 0, x, 1).item(), -2.0f);
  EXPECT_EQ(permute(x, {}).shape(), Shape());
  EXPECT_EQ(expand(x, {2}).to_vector(), (std::vector<float>{-2, -2}));
  EXPECT_THROW(softmax(x), ShapeError);
  EXPECT_THROW(select(x, 0, 0), ShapeError);
}

TEST(Empty, OfLengthsWhoseProductOverflows) {
  constexpr std::int64_t kHuge = std::int64_t{1} << 62;
  EXPECT_TRUE(zeros({0, kHuge, kHuge}, {.device = backend()}).is_contiguous());
  EXPECT_EQ(eye(0, kHuge, {.device = backend()}).shape(), (Shape{0, kHuge}));
}

TEST(Softmax, OfManyColumnsNeedsNoDeepStack) {
  const std::int64_t columns = is_emulated(backend()) ? 1 << 14 : 1 << 20;  // the stack is the CPU's
  const Tensor y = softmax(zeros({2, columns}, {.device = backend()}), 0);
  EXPECT_EQ(min(y).item(), 0.5f);
  EXPECT_EQ(max(y).item(), 0.5f);
}

}  // namespace
}  // namespace tinytorch::testing
