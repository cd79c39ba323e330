// The error messages of the indexing ops, word for word.
#include <gtest/gtest.h>

#include <cstdint>

#include "core/error.h"
#include "core/internal/format.h"
#include "core/ops/creation.h"
#include "core/ops/indexing.h"
#include "core/ops/shape.h"
#include "core/ops/sort.h"
#include "tests/core/ones_of.h"
#include "tests/support/backend.h"
#include "tests/support/tensor_matchers.h"

namespace tinytorch::testing {
namespace {

Tensor here(const Tensor& x) { return x.to(backend()); }

TEST(IndexErrors, NameTheIndexAndItsPosition) {
  const Tensor x = ones_of({3, 5}), index = here({{0, 1, 4}, {2, 3, 7}});
  EXPECT_ERROR(gather(x, 1, index), ValueError,
               "[gather] index 7 at [1, 2] is out of range for axis 1 of shape [3, 5]; indices are 0 to 4");
  EXPECT_ERROR(gather(x, -1, index.to(DType::i32)), ValueError,
               "[gather] index 7 at [1, 2] is out of range for axis 1 of shape [3, 5]; indices are 0 to 4");
  EXPECT_ERROR(scatter(x, 0, here({{0, -1}}), ones_of({1, 2})), ValueError,
               "[scatter] index -1 at [0, 1] is out of range for axis 0 of shape [3, 5]; indices are 0 to 2");
  EXPECT_ERROR(
      scatter_add(x, 0, here({{3, -1}}), ones_of({1, 2})), ValueError,
      "[scatter_add] index 3 at [0, 0] is out of range for axis 0 of shape [3, 5]; indices are 0 to 2");
  EXPECT_ERROR(
      index_select(x, 0, here({1, 2, 3})), ValueError,
      "[index_select] index 3 at [2] is out of range for axis 0 of shape [3, 5]; indices are 0 to 2");
  EXPECT_ERROR(index_add(x, 1, here({5}), ones_of({3, 1})), ValueError,
               "[index_add] index 5 at [0] is out of range for axis 1 of shape [3, 5]; indices are 0 to 4");
  EXPECT_ERROR(
      take_along_axis(x, here({{9}}), 0), ValueError,
      "[take_along_axis] index 9 at [0, 0] is out of range for axis 0 of shape [3, 5]; indices are 0 to 2");
  EXPECT_ERROR(embedding(x, here({{0, 1}, {3, 0}})), ValueError,
               "[embedding] index 3 at [2] is out of range for axis 0 of shape [3, 5]; indices are 0 to 2");
  EXPECT_ERROR(one_hot(here({0, 5}), 5), ValueError,
               "[one_hot] index 5 at [1] is out of range for axis 0 of shape [5]; indices are 0 to 4");
  EXPECT_ERROR(index_select(ones_of({3, 0}), 1, here({0})), ValueError,
               "[index_select] index 0 at [0], but axis 1 of shape [3, 0] is empty");
}

TEST(IndexErrors, FindTheFirstWrongIndexAmongMany) {
  Tensor index = zeros({100, 1000}, {.dtype = DType::i64});
  index.data<std::int64_t>()[70 * 1000 + 7] = 5;
  index.data<std::int64_t>()[80 * 1000 + 8] = INT64_MIN;
  EXPECT_ERROR(
      gather(ones_of({100, 5}), 1, index.to(backend())), ValueError,
      "[gather] index 5 at [70, 7] is out of range for axis 1 of shape [100, 5]; indices are 0 to 4");
}

/// Makes the last of the indices that are stored wrong, and expects that each op that checks indices while it
/// uses them names it.
void expect_found(const Shape& shape, int axis, Tensor index) {
  const Tensor x = ones_of(shape);
  std::int64_t stored = 1;
  Dims last = index.shape();
  for (int i = 0; i < last.size(); ++i) {
    last[i] = index.strides()[i] == 0 ? 0 : last[i] - 1;
    stored *= last[i] + 1;
  }
  for (const std::int64_t wrong : {std::int64_t{-1}, shape[axis], std::int64_t{INT64_MIN}}) {
    index.data<std::int64_t>()[stored - 1] = wrong;
    const Tensor there = index.to(backend());
    const auto text = [&](const char* op) {
      return fmt::format("[{}] index {} at {} is out of range for axis {} of shape {}; indices are 0 to {}",
                         op, wrong, last, axis, shape, shape[axis] - 1);
    };
    EXPECT_ERROR(gather(x, axis, there), ValueError, text("gather"));
    EXPECT_ERROR(scatter(x, axis, there, 1.0), ValueError, text("scatter"));
    EXPECT_ERROR(scatter_add(x, axis, there, 1.0), ValueError, text("scatter_add"));
  }
}

TEST(IndexErrors, FindTheLastIndexInEachLayout) {
  const auto indices = [](const Shape& shape) { return zeros(shape, {.dtype = DType::i64}); };
  expect_found({7}, 0, indices({2'500}));
  expect_found({2, 7}, 1, indices({2, is_emulated(backend()) ? 3'000 : 70'000}));  // long lines
  expect_found({7, 40}, 0, indices({300, 40}));                                    // neighbouring lines
  expect_found({40, 7}, 1, transpose(indices({300, 40})));
  expect_found({7, 2'000}, 0, indices({1, 2'000}));              // lines of one source
  expect_found({7, 64}, 0, expand(indices({50, 1}), {50, 64}));  // rows
  expect_found({7, 3}, 0, expand(indices({50, 1}), {50, 3}));
  expect_found({9'000, 2}, 0, indices({50, 2}));  // few of many targets
}

TEST(IndexErrors, OfShapes) {
  const Tensor x = ones_of({3, 5}), index = ones_of({4, 2}, DType::i64);
  EXPECT_ERROR(gather(x, 1, index), ShapeError,
               "[gather] x is [3, 5], the index [4, 2]: it is longer at axis 0; it may be so only at axis 1");
  EXPECT_ERROR(gather(x, 1, ones_of({2}, DType::i64)), ShapeError,
               "[gather] x is [3, 5], the index [2]; the index must have as many axes as x");
  EXPECT_ERROR(gather(ones_of({}), 0, ones_of({}, DType::i64)), ShapeError,
               "[gather] axis 0 of a tensor that has no axes");
  EXPECT_ERROR(
      take_along_axis(x, ones_of({2, 4}, DType::i64), 0), ShapeError,
      "[take_along_axis] shapes [1, 5] and [1, 4] do not broadcast: axis -1 is 5 and 4; lengths must be "
      "equal or 1");
  EXPECT_ERROR(scatter(x, 0, index, ones_of({3, 2})), ShapeError,
               "[scatter] the source is [3, 2]; it must be at least [4, 2]");
  EXPECT_ERROR(scatter_add(x, 0, index, ones_of({4})), ShapeError,
               "[scatter_add] the source is [4]; it must be at least [4, 2]");
  EXPECT_ERROR(index_select(x, 0, index), ShapeError,
               "[index_select] the index must have one axis, but is [4, 2]; flatten() it, or use gather");
  EXPECT_ERROR(index_add(x, 0, ones_of({2}, DType::i64), ones_of({1, 5})), ShapeError,
               "[index_add] the source is [1, 5]; it must be [2, 5], or a scalar");
  EXPECT_ERROR(index_add(x, 0, ones_of({2}, DType::i64), ones_of({3, 5})), ShapeError,
               "[index_add] the source is [3, 5]; it must be [2, 5], or a scalar");
  EXPECT_ERROR(
      index_add(ones_of({3}, DType::i32), 0, ones_of({2}, DType::i64), ones_of({2}, DType::i32), 0.5),
      DTypeError,
      "[index_add] x is i32, but alpha is 0.5; it must be an integer, or convert x with "
      ".to(DType::f32)");
  EXPECT_ERROR(masked_select(x, ones_of({4}, DType::boolean)), ShapeError,
               "[masked_select] shapes [3, 5] and [4] do not broadcast: axis -1 is 5 and 4; lengths must be "
               "equal or 1");
  EXPECT_ERROR(bincount(index), ShapeError, "[bincount] x must have one axis, but is [4, 2]; flatten() it");
  EXPECT_ERROR(bincount(ones_of({2}, DType::i64), ones_of({3})), ShapeError,
               "[bincount] x is [2], the weights [3]; there must be one weight an element");
}

TEST(IndexErrors, OfTypes) {
  const Tensor x = ones_of({3, 5}), index = ones_of({3, 2}, DType::i64);
  EXPECT_ERROR(gather(x, 1, ones_of({3, 2})), DTypeError,
               "[gather] indices are i64 or i32, but the index is f32; convert it with .to(DType::i64)");
  EXPECT_ERROR(bincount(ones_of({3}, DType::u8)), DTypeError,
               "[bincount] indices are i64 or i32, but the index is u8; convert it with .to(DType::i64)");
  EXPECT_ERROR(scatter(x, 1, index, ones_of({3, 2}, DType::f64)), DTypeError,
               "[scatter] x is f32, the source f64; convert it with .to(x.dtype())");
  EXPECT_ERROR(masked_select(x, x), DTypeError,
               "[masked_select] the mask must be bool, but is f32; compare it, for example mask != 0");
}

TEST(IndexErrors, OfValues) {
  EXPECT_ERROR(one_hot(ones_of({2}, DType::i64), 0), ValueError,
               "[one_hot] classes is 0; there must be at least 1");
  EXPECT_ERROR(bincount(here({1, -2})), ValueError,
               "[bincount] x has the element -2; it must have no negative ones");
  EXPECT_ERROR(bincount(here({1, INT64_MAX})), ValueError,
               "[bincount] x has the element 9223372036854775807; no tensor has that many bins");
  EXPECT_ERROR(bincount(here({1, 2}), -1), ValueError, "[bincount] minlength is -1; it must not be negative");
  EXPECT_ERROR(topk(ones_of({2, 3}), 4), ValueError,
               "[topk] k is 4, but axis 1 of shape [2, 3] has 3 elements; k must be 0 to 3");
  EXPECT_ERROR(topk(ones_of({2, 3}), -1, 0), ValueError,
               "[topk] k is -1, but axis 0 of shape [2, 3] has 2 elements; k must be 0 to 2");
  EXPECT_ERROR(sort(ones_of({})), ShapeError, "[sort] axis -1 of a tensor that has no axes");
}

TEST(Indexing, DoesNotChangeX) {
  const Tensor x = here({1.0, 2.0, 3.0}), index = here({1, 1});
  EXPECT_TENSOR_EQ(scatter(x, 0, index, here({7.0, 8.0})), {1.0, 8.0, 3.0});
  EXPECT_TENSOR_EQ(scatter_add(x, 0, index, here({7.0, 8.0})), {1.0, 17.0, 3.0});
  EXPECT_TENSOR_EQ(x, {1.0, 2.0, 3.0});
}

TEST(Indexing, TakesAScalarAsTheSource) {
  const Tensor x = here({{1.0, 2.0}, {3.0, 4.0}}), index = here({{1}, {0}});
  EXPECT_TENSOR_EQ(scatter(x, 1, index, 9.0), {{1.0, 9.0}, {9.0, 4.0}});
  EXPECT_TENSOR_EQ(scatter_add(x, 1, index, 10), {{1.0, 12.0}, {13.0, 4.0}});
}

TEST(Indexing, TakesI32) {
  const Tensor x = here({1.0, 2.0, 3.0}), index = here({2, 0}).to(DType::i32);
  EXPECT_TENSOR_EQ(gather(x, 0, index), {3.0, 1.0});
  EXPECT_TENSOR_EQ(index_select(x, 0, index), {3.0, 1.0});
  EXPECT_TENSOR_EQ(bincount(index), {1, 0, 1});
}

TEST(Indexing, CountsBinsByTheLargestWhereThatIsBeyondMinlength) {
  EXPECT_TENSOR_EQ(bincount(here({1, 5, 1}), 3), {0, 2, 0, 0, 0, 1});
  EXPECT_TENSOR_EQ(bincount(here({1, 5, 1}), here({0.5, 1.5, 2.0})), {0.0, 2.5, 0.0, 0.0, 0.0, 1.5});
}

TEST(Indexing, AddsInF64AndTheSameBitsEachTime) {
  // 2^24 + 1 + 1 ... is lost in f32.
  const Tensor x = here({16777216.0}), index = zeros({64}, {.dtype = DType::i64, .device = backend()});
  EXPECT_TENSOR_EQ(scatter_add(x, 0, index, ones_of({64})), {16777280.0});
}

TEST(IndexErrors, OfScalarsThatTheDtypeCannotRepresent) {
  EXPECT_ERROR(scatter(ones_of({2}, DType::u8), 0, here({0}), 300), ValueError,
               "[scatter] x is u8, which cannot hold the scalar 300; convert it with .to(DType::i64)");
  EXPECT_ERROR(scatter_add(ones_of({2}, DType::i64), 0, here({0}), 0.5), DTypeError,
               "[scatter_add] x is i64, the source a scalar of type f64; convert x with .to(DType::f32)");
  EXPECT_ERROR(index_add(ones_of({2}, DType::boolean), 0, here({0}), 2), DTypeError,
               "[index_add] x is bool, the source a scalar of type i64; convert x with .to(DType::i64)");
  EXPECT_TENSOR_EQ(scatter(ones_of({2}, DType::u8), 0, here({0}), 255).to(DType::i64), {255, 1});
}

}  // namespace
}  // namespace tinytorch::testing
