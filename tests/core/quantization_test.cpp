// Matrices in int8: values that the op table does not draw, and the error messages word for word.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/error.h"
#include "core/ops/creation.h"
#include "core/ops/quantization.h"
#include "core/ops/shape.h"
#include "tests/core/ones_of.h"
#include "tests/support/backend.h"
#include "tests/support/tensor_matchers.h"

namespace tinytorch::testing {
namespace {

Tensor on_backend(const Tensor& x) { return x.to(backend()); }

TEST(Quantization, RoundsHalvesToEven) {
  const QuantizedMatrix x = quantize_rows(on_backend({{127.0F, 0.5F, 1.5F, 2.5F, -2.5F, -3.5F}}));
  EXPECT_TENSOR_EQ(x.scales, {1.0F});
  EXPECT_TENSOR_EQ(x.values.to(DType::i64), (Tensor{{127, 0, 2, 2, 254, 252}}));
}

TEST(Quantization, StaysInTheRangeWhereScalesAreSubnormal) {
  const float smallest = std::numeric_limits<float>::denorm_min();
  const QuantizedMatrix x = quantize_rows(on_backend({{190 * smallest, -190 * smallest}, {smallest, 0}}));
  EXPECT_TENSOR_EQ(x.scales, (Tensor{smallest, 1}));
  EXPECT_TENSOR_EQ(x.values.to(DType::i64), (Tensor{{127, 129}, {0, 0}}));
}

TEST(Quantization, KeepsNaNInTheScale) {
  const float none = std::numeric_limits<float>::quiet_NaN(),
              infinite = std::numeric_limits<float>::infinity();
  const QuantizedMatrix x =
      quantize_rows(on_backend({{1, none}, {-infinite, 2}, {none, infinite}, {2, 127}}));
  EXPECT_TENSOR_EQ(x.scales, (Tensor{none, none, none, 1}));
  EXPECT_TENSOR_EQ(x.values.to(DType::i64), (Tensor{{0, 0}, {0, 0}, {0, 0}, {2, 127}}));
  const Tensor y = int8_linear(on_backend({{1.0F, 1.0F}}), x, ones_of({4}));
  EXPECT_TENSOR_EQ(y, (Tensor{{none, none, none, 130}}));
}

TEST(Quantization, TakesAQuarterOfTheMemory) {
  const QuantizedMatrix x = quantize_rows(ones_of({128, 784}));
  EXPECT_EQ(x.values.storage()->bytes() + x.scales.storage()->bytes(), 128U * 784 + 128 * 4);
}

// Each value, also -128, which quantize_rows() does not make: the largest sum of products fits into i32.
TEST(Int8Linear, AddsUpTheLongestRowsExactly) {
  const QuantizedMatrix weight{
      .values = full({1, kMaxInt8Columns}, 128, {.dtype = DType::u8, .device = backend()}),
      .scales = ones_of({1})};
  const Tensor x = full({5, kMaxInt8Columns}, 127, {.dtype = DType::f32, .device = backend()});
  EXPECT_TENSOR_EQ(int8_linear(x, weight, ones_of({1})),
                   full({5, 1}, -127.0 * 128 * kMaxInt8Columns + 1, {.dtype = DType::f32}));
}

TEST(Int8Linear, TakesViews) {
  const Tensor both = on_backend({{1.0F, 2.0F, 127.0F}, {-127.0F, 3.0F, 4.0F}});
  const QuantizedMatrix whole = quantize_rows(both);
  const QuantizedMatrix second{.values = slice(whole.values, 0, 1, 2),
                               .scales = slice(whole.scales, 0, 1, 2)};
  EXPECT_TENSOR_EQ(int8_linear(both, second, zeros({1}, {.device = backend()})),
                   (Tensor{{387.0F}, {16154.0F}}));
}

TEST(QuantizationErrors, OfShapes) {
  const QuantizedMatrix weight = quantize_rows(ones_of({4, 3}));
  EXPECT_ERROR(quantize_rows(ones_of({3})), ShapeError, "[quantize_rows] x is [3]; wanted [rows, columns]");
  EXPECT_ERROR(dequantize_rows({.values = weight.values, .scales = ones_of({3})}), ShapeError,
               "[dequantize_rows] values are [4, 3], scales [3]; wanted [rows, columns] and [rows]");
  EXPECT_ERROR(int8_linear(ones_of({2, 4}), weight, ones_of({4})), ShapeError,
               "[int8_linear] x is [2, 4], weight [4, 3], bias [4]; wanted [..., in], [out, in] and [out]");
  EXPECT_ERROR(int8_linear(ones_of({2, 3}), weight, ones_of({3})), ShapeError,
               "[int8_linear] x is [2, 3], weight [4, 3], bias [3]; wanted [..., in], [out, in] and [out]");
  EXPECT_ERROR(int8_linear(ones_of({132105}), quantize_rows(ones_of({1, 132105})), ones_of({1})), ShapeError,
               "[int8_linear] x is [132105], but only 132104 products of int8 always fit into i32; split the "
               "columns, and add");
}

TEST(QuantizationErrors, OfTypes) {
  const QuantizedMatrix weight = quantize_rows(ones_of({4, 3}));
  EXPECT_ERROR(quantize_rows(ones_of({4, 3}, DType::f64)), DTypeError,
               "[quantize_rows] takes f32, but x is f64; convert it with .to(DType::f32)");
  EXPECT_ERROR(
      dequantize_rows({.values = ones_of({4, 3}), .scales = weight.scales}), DTypeError,
      "[dequantize_rows] values are f32; wanted u8, the bytes of int8, as quantize_rows() makes them");
  EXPECT_ERROR(int8_linear(ones_of({3}), weight, ones_of({4}, DType::i64)), DTypeError,
               "[int8_linear] takes f32, but the bias is i64; convert it with .to(DType::f32)");
}

TEST(QuantizationErrors, OfValues) {
  const QuantizedMatrix weight = quantize_rows(ones_of({4, 3}));
  EXPECT_ERROR(int8_linear(ones_of({3}), {}, ones_of({4})), ValueError,
               "[int8_linear] values is undefined (default-constructed); give it a value first");
  EXPECT_ERROR(int8_linear(ones_of({3}), weight, {}), ValueError,
               "[int8_linear] the bias is undefined (default-constructed); give it a value first");
}

}  // namespace
}  // namespace tinytorch::testing
