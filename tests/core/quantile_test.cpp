// The error messages of medians and quantiles, word for word, and properties that the op table does not test.
#include "core/ops/quantile.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "core/ops/comparison.h"
#include "core/ops/random.h"
#include "core/ops/sort.h"
#include "tests/core/ones_of.h"
#include "tests/support/tensor_matchers.h"
#include "tests/support/threads.h"

namespace tinytorch::testing {
namespace {

Tensor quantiles_of(std::initializer_list<float> values) {
  return from_values(std::vector<float>(values), {std::ssize(values)}, backend());
}

TEST(Median, NamesWhatDoesNotFit) {
  EXPECT_ERROR(median(ones_of({2, 0}), 1), ShapeError,
               "[median] axis 1 of shape [2, 0] has no elements to choose from");
  EXPECT_ERROR(nanmedian(ones_of({0}, DType::i32)), ShapeError,
               "[nanmedian] axis 0 of shape [0] has no elements to choose from");
  EXPECT_ERROR(median(ones_of({}), 0), ShapeError, "[median] axis 0 of a tensor that has no axes");
  EXPECT_ERROR(median(Tensor()), ValueError,
               "[median] x is undefined (default-constructed); give it a value first");
}

/// Expects the median of each row at the index that a sort gives, on any number of threads.
void expect_medians_as_sorted(const Tensor& x) {
  const Tensor expected = select(argsort(x, 1), 1, (x.size(1) - 1) / 2);
  for (const int threads : {1, 2, 3})
    EXPECT_TENSOR_EQ(on_threads(threads, [&] { return median(x, 1).indices; }), expected) << x.dtype();
}

TEST(Median, OfLongRowsIsThatOfASort) {
  Generator source(3);
  const Tensor uniform = rand({2, scaled(200'000)}, {.dtype = DType::f64}, source).to(backend());
  for (const DType dtype : {DType::u8, DType::i32, DType::i64, DType::f32, DType::f64}) {
    expect_medians_as_sorted((uniform * 200).to(dtype));  // with many equal elements
    expect_medians_as_sorted(zeros_like(uniform).to(dtype));
    expect_medians_as_sorted((uniform * 1e9 - 5e8).to(dtype));
  }
  expect_medians_as_sorted(uniform * 1e-9 + 1);  // whose high bits are equal
  expect_medians_as_sorted(where(uniform < 0.25, -0.0, where(uniform < 0.5, 0.0, uniform)));
}

TEST(Quantile, OfLongRowsIsThatOfASort) {
  Generator source(4);
  const Tensor x = randn({3, scaled(5'000)}, {}, source).to(backend());
  const Tensor sorted = sort(x, 1).values;
  const std::int64_t last = x.size(1) - 1;
  for (const double q : {0.0, 0.25, 0.5, 1.0}) {
    EXPECT_TENSOR_EQ(quantile(x, q, 1, false, QuantileInterpolation::nearest),
                     select(sorted, 1, std::llrint(static_cast<float>(q) * static_cast<float>(last))));
  }
}

TEST(Quantile, NamesWhatDoesNotFit) {
  const Tensor x = ones_of({2, 3});
  EXPECT_ERROR(quantile(x, 1.5), ValueError, "[quantile] q is 1.5; it must be in [0, 1]");
  EXPECT_ERROR(nanquantile(x, NAN), ValueError, "[nanquantile] q is nan; it must be in [0, 1]");
  EXPECT_ERROR(quantile(x, quantiles_of({0.5F, -0.25F})), ValueError,
               "[quantile] q is -0.25; it must be in [0, 1]");
  EXPECT_ERROR(quantile(x, quantiles_of({0.5F, NAN})), ValueError,
               "[quantile] q is nan; it must be in [0, 1]");
  EXPECT_ERROR(quantile(x, ones_of({2}, DType::i64)), DTypeError,
               "[quantile] q is i64; wanted floating numbers, so convert it with .to(DType::f32)");
  EXPECT_ERROR(quantile(x, ones_of({1, 2})), ShapeError,
               "[quantile] q is [1, 2]; it must have one axis at most");
  EXPECT_ERROR(quantile(ones_of({2}, DType::i64), 0.5), DTypeError,
               "[quantile] takes floating tensors, but x is i64; convert it with .to(DType::f32)");
  EXPECT_ERROR(quantile(ones_of({0}), 0.5), ShapeError,
               "[quantile] axis 0 of shape [0] has no elements to choose from");
  EXPECT_ERROR(quantile(x, 0.5, 2), ShapeError,
               "[quantile] axis 2 is out of range for a tensor with 2 axes; use -2 to 1");
}

TEST(Quantile, OfNoQuantilesIsEmpty) {
  EXPECT_EQ(quantile(ones_of({2, 3}), quantiles_of({}), 1).shape(), (Shape{0, 2}));
}

TEST(Quantile, TakesAScalarTensorAsItTakesAScalar) {
  const Tensor x = arange(5, {.dtype = DType::f32, .device = backend()});
  EXPECT_TENSOR_EQ(quantile(x, Tensor(0.375)), quantile(x, 0.375));
  EXPECT_EQ(quantile(x, 1).item(), 4.0F);
}

// The difference of the elements on either side is NaN or infinite.
TEST(Quantile, BetweenTheLimitsOfF64IsFinite) {
  const Tensor x = from_values(std::vector<double>{-1.5e308, 1.5e308}, {2}, backend());
  EXPECT_TENSOR_NEAR(quantile(x, 0.75) / 1e308, from_values(std::vector<double>{0.75}, {}, backend()));
  EXPECT_TENSOR_EQ(quantile(x, 0.5), from_values(std::vector<double>{0}, {}, backend()));
}

TEST(Quantile, OfInfinitiesIsOneOfThem) {
  const auto at = [](double q, std::vector<float> values) {
    return quantile(from_values(values, {std::ssize(values)}, backend()), q).item();
  };
  EXPECT_EQ(at(0.5, {INFINITY, INFINITY}), INFINITY);
  EXPECT_EQ(at(1, {1, INFINITY}), INFINITY);
  EXPECT_EQ(at(0.75, {1, INFINITY}), INFINITY);
  EXPECT_EQ(at(0.75, {-INFINITY, 1}), -INFINITY);
}

}  // namespace
}  // namespace tinytorch::testing
