// The error messages of the normalizations, word for word.
#include <gtest/gtest.h>

#include "core/error.h"
#include "core/ops/creation.h"
#include "core/ops/normalization.h"
#include "tests/core/ones_of.h"
#include "tests/support/backend.h"
#include "tests/support/tensor_matchers.h"

namespace tinytorch::testing {
namespace {

constexpr BatchNormOptions kTraining{.training = true};

TEST(NormalizationErrors, OfShapes) {
  const Tensor x = ones_of({2, 6});
  EXPECT_ERROR(layer_norm(x, {5}), ShapeError,
               "[layer_norm] x is [2, 6], but the normalized shape [5]; x must end in that shape");
  EXPECT_ERROR(layer_norm(x, {1, 2, 6}), ShapeError,
               "[layer_norm] x is [2, 6], but the normalized shape [1, 2, 6]; x must end in that shape");
  EXPECT_ERROR(rms_norm(x, {}), ShapeError,
               "[rms_norm] the normalized shape is []; name at least the last axis of x [2, 6]");
  EXPECT_ERROR(layer_norm(x, {6}, ones_of({2})), ShapeError,
               "[layer_norm] the weight is [2], but x [2, 6] wants [6]");
  EXPECT_ERROR(layer_norm(x, {6}, ones_of({6}), ones_of({1, 6})), ShapeError,
               "[layer_norm] the bias is [1, 6], but x [2, 6] wants [6]");
  EXPECT_ERROR(batch_norm(ones_of({3}), {}, {}, {}, {}, kTraining), ShapeError,
               "[batch_norm] x is [3]; wanted [N, C, ...], samples of channels");
  EXPECT_ERROR(batch_norm(x, ones_of({2}), ones_of({6})), ShapeError,
               "[batch_norm] the running mean is [2], but x [2, 6] has 6 channels");
  EXPECT_ERROR(batch_norm(x, ones_of({6}), ones_of({6, 1})), ShapeError,
               "[batch_norm] the running variance is [6, 1], but x [2, 6] has 6 channels");
}

TEST(NormalizationErrors, OfOneValue) {
  EXPECT_ERROR(batch_norm(ones_of({1, 6}), {}, {}, {}, {}, kTraining), ShapeError,
               "[batch_norm] expected more than 1 value per channel when training, but x is [1, 6]; take a "
               "larger batch, or eval()");
  EXPECT_ERROR(instance_norm(ones_of({2, 6})), ShapeError,
               "[instance_norm] each channel of x [2, 6] has one value, whose deviation is 0; wanted [N, C, "
               "...]");
}

TEST(NormalizationErrors, OfValues) {
  const Tensor x = ones_of({2, 6}), running = ones_of({6});
  EXPECT_ERROR(group_norm(x, 4), ValueError,
               "[group_norm] x [2, 6] has 6 channels, which do not make 4 groups of one size");
  EXPECT_ERROR(group_norm(x, 0), ValueError,
               "[group_norm] x [2, 6] has 6 channels, which do not make 0 groups of one size");
  EXPECT_ERROR(batch_norm(x, running, {}), ValueError,
               "[batch_norm] outside training it takes a running mean and a running variance; give both, or "
               "set {.training = true}");
  EXPECT_ERROR(batch_norm(x, {}, running, {}, {}, kTraining), ValueError,
               "[batch_norm] only one running statistic is defined; give both or none");
  EXPECT_ERROR(layer_norm(Tensor(), {6}), ValueError,
               "[layer_norm] x is undefined (default-constructed); give it a value first");
}

TEST(NormalizationErrors, OfTypes) {
  const Tensor x = ones_of({2, 6});
  EXPECT_ERROR(group_norm(ones_of({2, 6}, DType::i64), 2), DTypeError,
               "[group_norm] takes floating tensors, but x is i64; convert it with .to(DType::f32)");
  EXPECT_ERROR(group_norm(x, 2, ones_of({6}, DType::f64)), DTypeError,
               "[group_norm] x is f32, but the weight f64; convert one with .to(dtype)");
  EXPECT_ERROR(
      batch_norm(x, ones_of({6}, DType::i32), ones_of({6})), DTypeError,
      "[batch_norm] takes floating tensors, but a running statistic is i32; convert it with .to(DType::f32)");
}

}  // namespace
}  // namespace tinytorch::testing
