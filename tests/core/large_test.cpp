// Sizes beyond the limits of one thread block, one launch or one buffer.
#include <gtest/gtest.h>

#include <limits>
#include <vector>

#include "core/ops/activation.h"
#include "core/ops/comparison.h"
#include "core/ops/composite.h"
#include "core/ops/creation.h"
#include "core/ops/optimizer.h"
#include "core/ops/random.h"
#include "tests/support/backend.h"
#include "tests/support/tensor_matchers.h"

namespace tinytorch::testing {
namespace {

TEST(Softmax, OfRowsOfEveryLengthAddsUpToOne) {
  for (const DType dtype : {DType::f32, DType::f64}) {
    for (const std::int64_t columns : {1, 31, 128, 129, 511, 513, 1024, 1025, 3000}) {
      const Tensor x = randn({3, columns}, {.dtype = dtype});
      const Tensor y = softmax(x.to(backend())), total = sum(y, {1});
      EXPECT_TENSOR_NEAR(total, ones({3}, {.dtype = dtype}));
      EXPECT_TENSOR_NEAR(y, softmax(x), 1e-6);
      EXPECT_TENSOR_NEAR(log_softmax(x.to(backend())), log_softmax(x), 2e-6);
    }
  }
}

TEST(Softmax, OfALongRowWithNothingButInfinityIsNan) {
  const Tensor y = softmax(full({2, 2000}, -std::numeric_limits<double>::infinity(), {.device = backend()}));
  EXPECT_FALSE(allclose(y, y));
  EXPECT_TRUE(allclose(y, y, {.nan_equals_nan = true}));
}

TEST(SgdStep, UpdatesAnyNumberOfParametersOfBothTypes) {
  constexpr int kParameters = 150;
  std::vector<ParameterUpdate> updates;
  for (int i = 0; i < kParameters; ++i) {
    const Options options{.dtype = i % 3 == 0 ? DType::f64 : DType::f32, .device = backend()};
    const Shape shape{i % 7 == 0 ? 0 : i * 31 % 4000};
    updates.push_back({.parameter = full(shape, i, options), .gradient = full(shape, 2, options)});
  }
  sgd_step({.learning_rate = 0.5, .momentum = 0, .weight_decay = 0, .nesterov = false}, updates);
  for (int i = 0; i < kParameters; ++i) {
    const Tensor& parameter = updates[static_cast<std::size_t>(i)].parameter;
    EXPECT_TENSOR_EQ(parameter, full_like(parameter, i - 1));
  }
}

}  // namespace
}  // namespace tinytorch::testing
