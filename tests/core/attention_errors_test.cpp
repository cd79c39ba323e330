// The error messages of attention and its masks, word for word.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

#include "core/error.h"
#include "core/ops/arithmetic.h"
#include "core/ops/attention.h"
#include "core/ops/creation.h"
#include "tests/core/ones_of.h"
#include "tests/support/backend.h"
#include "tests/support/tensor_matchers.h"

namespace tinytorch::testing {
namespace {

std::string wanted(const std::string& q, const std::string& k, const std::string& v) {
  return "[scaled_dot_product_attention] q is " + q + ", k " + k + ", v " + v +
         "; wanted [..., heads, queries, width], [..., kv_heads, keys, width] and [..., kv_heads, keys, "
         "value width], with the same axes in front and width > 0";
}

TEST(AttentionErrors, OfTypes) {
  const Tensor x = ones_of({2, 3, 4});
  EXPECT_ERROR(
      scaled_dot_product_attention(x, x.to(DType::f64), x), DTypeError,
      "[scaled_dot_product_attention] takes f32 or f64, one type for all, but q is f32, k f64 and v f32; "
      "convert them with .to(dtype)");
  EXPECT_ERROR(attention_with_weights(x.to(DType::i64), x.to(DType::i64), x.to(DType::i64)), DTypeError,
               "[attention_with_weights] takes f32 or f64, one type for all, but q is i64, k i64 and v i64; "
               "convert them with .to(dtype)");
  EXPECT_ERROR(
      scaled_dot_product_attention(x, x, x, {.mask = ones_of({3, 3}, DType::i64)}), DTypeError,
      "[scaled_dot_product_attention] the mask is i64; wanted bool, true where a query may attend to a "
      "key, or floating, added to the scores; compare it, for example mask != 0");
  EXPECT_ERROR(padding_mask(ones_of({2}), 3), DTypeError,
               "[padding_mask] lengths are f32; wanted integers, convert them with .to(DType::i64)");
  EXPECT_ERROR(scaled_dot_product_attention(x, Tensor(), x), ValueError,
               "[scaled_dot_product_attention] k is undefined (default-constructed); give it a value first");
}

TEST(AttentionErrors, OfShapes) {
  EXPECT_ERROR(scaled_dot_product_attention(ones_of({4}), ones_of({4}), ones_of({4})), ShapeError,
               wanted("[4]", "[4]", "[4]"));
  EXPECT_ERROR(scaled_dot_product_attention(ones_of({2, 3, 4}), ones_of({2, 3, 5}), ones_of({2, 3, 4})),
               ShapeError, wanted("[2, 3, 4]", "[2, 3, 5]", "[2, 3, 4]"));
  EXPECT_ERROR(scaled_dot_product_attention(ones_of({2, 3, 4}), ones_of({2, 5, 4}), ones_of({2, 3, 4})),
               ShapeError, wanted("[2, 3, 4]", "[2, 5, 4]", "[2, 3, 4]"));
  EXPECT_ERROR(scaled_dot_product_attention(ones_of({2, 3, 4}), ones_of({2, 3, 4}), ones_of({1, 3, 4})),
               ShapeError, wanted("[2, 3, 4]", "[2, 3, 4]", "[1, 3, 4]"));
  EXPECT_ERROR(
      scaled_dot_product_attention(ones_of({2, 1, 3, 4}), ones_of({1, 1, 3, 4}), ones_of({1, 1, 3, 4})),
      ShapeError, wanted("[2, 1, 3, 4]", "[1, 1, 3, 4]", "[1, 1, 3, 4]"));
  EXPECT_ERROR(scaled_dot_product_attention(ones_of({2, 3, 4}), ones_of({3, 4}), ones_of({3, 4})), ShapeError,
               wanted("[2, 3, 4]", "[3, 4]", "[3, 4]"));
  EXPECT_ERROR(scaled_dot_product_attention(ones_of({3, 0}), ones_of({3, 0}), ones_of({3, 4})), ShapeError,
               wanted("[3, 0]", "[3, 0]", "[3, 4]"));
  EXPECT_ERROR(
      scaled_dot_product_attention(ones_of({8, 2, 4}), ones_of({3, 5, 4}), ones_of({3, 5, 4})), ShapeError,
      "[scaled_dot_product_attention] q [8, 2, 4] has 8 heads, k [3, 5, 4] has 3; the first must be a "
      "multiple of the second, so that as many query heads share each");
  EXPECT_ERROR(
      scaled_dot_product_attention(ones_of({8, 2, 4}), ones_of({0, 5, 4}), ones_of({0, 5, 4})), ShapeError,
      "[scaled_dot_product_attention] q [8, 2, 4] has 8 heads, k [0, 5, 4] has 0; the first must be a "
      "multiple of the second, so that as many query heads share each");
  const Tensor x = ones_of({2, 3, 4});
  EXPECT_ERROR(scaled_dot_product_attention(x, x, x, {.mask = ones_of({4, 3})}), ShapeError,
               "[scaled_dot_product_attention] the mask [4, 3] does not broadcast to the scores [2, 3, 3]");
  EXPECT_ERROR(
      scaled_dot_product_attention(x, x, x, {.mask = ones_of({1, 2, 3, 3})}), ShapeError,
      "[scaled_dot_product_attention] the mask [1, 2, 3, 3] does not broadcast to the scores [2, 3, 3]");
  EXPECT_ERROR(causal_mask(-1, 3), ShapeError,
               "[causal_mask] -1 queries and 3 keys; neither may be negative");
  EXPECT_ERROR(padding_mask(ones_of({2, 2}, DType::i64), 3), ShapeError,
               "[padding_mask] lengths are [2, 2]; wanted [batch], a length a sequence");
}

TEST(AttentionErrors, OfValues) {
  const Tensor x = ones_of({2, 3, 4});
  EXPECT_ERROR(scaled_dot_product_attention(x, x, x, {.scale = INFINITY}), ValueError,
               "[scaled_dot_product_attention] scale is inf; it must be finite");
  EXPECT_ERROR(scaled_dot_product_attention(x, x, x, {.dropout = 1}), ValueError,
               "[scaled_dot_product_attention] dropout is 1; it must be at least 0 and below 1");
  EXPECT_ERROR(scaled_dot_product_attention(x, x, x, {.dropout = -0.5}), ValueError,
               "[scaled_dot_product_attention] dropout is -0.5; it must be at least 0 and below 1");
  EXPECT_ERROR(scaled_dot_product_attention(x, x, x, {.dropout = NAN}), ValueError,
               "[scaled_dot_product_attention] dropout is nan; it must be at least 0 and below 1");
}

TEST(AttentionMasks, TakeOffsetsOfAnySize) {
  constexpr std::int64_t kFar = std::numeric_limits<std::int64_t>::max();
  EXPECT_TENSOR_EQ(causal_mask(2, 3, kFar, backend()), full({2, 3}, true));
  EXPECT_TENSOR_EQ(causal_mask(2, 3, -kFar, backend()), full({2, 3}, false));
  const Tensor x = ones_of({1, 3, 4});
  EXPECT_TENSOR_EQ(scaled_dot_product_attention(x, x, x, {.causal = true, .causal_offset = -kFar}),
                   zeros({1, 3, 4}));
  EXPECT_TENSOR_NEAR(scaled_dot_product_attention(x, x, x, {.causal = true, .causal_offset = kFar}), x);
}

TEST(Attention, TakesAScalarAsMask) {
  const Tensor x = ones_of({2, 3, 4});
  EXPECT_TENSOR_EQ(scaled_dot_product_attention(x, x, x, {.mask = 0.5}),
                   scaled_dot_product_attention(x, x, x, {.mask = ones_of({1}) * 0.5}));
  EXPECT_TENSOR_EQ(scaled_dot_product_attention(x, x, x, {.mask = true}),
                   scaled_dot_product_attention(x, x, x));
}

}  // namespace
}  // namespace tinytorch::testing
