#include "nn/positions.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "core/ops/creation.h"
#include "core/ops/positions.h"
#include "core/ops/random.h"
#include "tests/nn/layer_checks.h"

namespace tinytorch::testing {
namespace {

nn::PositionalEmbedding learned() {
  Generator source(2);
  return nn::PositionalEmbedding(6, 4, {.device = backend(), .generator = &source});
}

TEST(PositionalEmbedding, AddsTheRowOfEachPosition) {
  const nn::PositionalEmbedding layer = learned();
  const Tensor x = here(randn({2, 3, 4})), weight = layer.weight().value();
  EXPECT_TENSOR_EQ(layer(x), x + slice(weight, 0, 0, 3));
  EXPECT_TENSOR_EQ(layer.forward(x, 3), x + slice(weight, 0, 3, 6));
  EXPECT_TENSOR_EQ(layer(select(x, 0, 1)), select(layer(x), 0, 1));
  expect_modes_agree(layer, x);
}

TEST(PositionalEmbedding, GradientsAreThoseOfFiniteDifferences) {
  nn::PositionalEmbedding layer = learned();
  const GradcheckResult result = gradcheck_layer(layer, here(randn({2, 3, 4})));
  EXPECT_TRUE(result) << result.message;
}

TEST(PositionalEmbedding, SaysWhatIsWrong) {
  const nn::PositionalEmbedding layer = learned();
  EXPECT_EQ(layer.description(), "PositionalEmbedding(6, 4)");
  EXPECT_ERROR(nn::PositionalEmbedding(0, 4), ValueError,
               "[PositionalEmbedding] max_length is 0; it must be at least 1");
  EXPECT_ERROR(nn::PositionalEmbedding(6, 0), ValueError,
               "[PositionalEmbedding] features is 0; it must be at least 1");
  EXPECT_ERROR(layer(here(ones({2, 3, 5}))), ShapeError,
               "[PositionalEmbedding] x is [2, 3, 5]; wanted [..., length, 4]");
  EXPECT_ERROR(layer(here(ones({4}))), ShapeError, "[PositionalEmbedding] x is [4]; wanted [..., length, 4]");
  EXPECT_ERROR(layer.forward(here(ones({2, 3, 4})), -1), ShapeError,
               "[PositionalEmbedding] offset is -1; it may not be negative");
  EXPECT_ERROR(layer.forward(here(ones({2, 3, 4})), 4), ShapeError,
               "[PositionalEmbedding] x has the positions 4 to 6, but there are only 6");
}

TEST(SinusoidalPositions, AddsTheWavesOfEachPosition) {
  const nn::SinusoidalPositions layer(4);
  const Tensor x = here(randn({2, 3, 4}));
  const Tensor waves = sinusoidal_positions(8, 4, {.device = backend()});
  EXPECT_TENSOR_EQ(layer(x), x + slice(waves, 0, 0, 3));
  EXPECT_TENSOR_EQ(layer.forward(x, 5), x + slice(waves, 0, 5, 8));
  EXPECT_EQ(layer(here_f64(x)).dtype(), DType::f64);
  expect_modes_agree(layer, x);
  EXPECT_EQ(layer.description(), "SinusoidalPositions(4)");
  EXPECT_ERROR(nn::SinusoidalPositions(0), ValueError,
               "[SinusoidalPositions] features is 0; it must be at least 1");
  EXPECT_ERROR(layer(here(ones({3, 5}))), ShapeError,
               "[SinusoidalPositions] x is [3, 5]; wanted [..., length, 4]");
}

}  // namespace
}  // namespace tinytorch::testing
