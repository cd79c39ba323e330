#include "nn/train/metrics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/error.h"
#include "core/ops/creation.h"
#include "core/ops/shape.h"
#include "tests/support/backend.h"
#include "tests/support/tensor_matchers.h"

namespace tinytorch::testing {
namespace {

const float kNan = std::numeric_limits<float>::quiet_NaN();

Tensor on_backend(const Tensor& x) { return x.to(backend()); }
Tensor logits() {
  return on_backend(Tensor{{3.0, 2.0, 1.0}, {0.0, 5.0, 4.0}, {1.0, 0.0, 2.0}, {0.0, 1.0, 1.0}});
}
Tensor classes() { return on_backend(Tensor{0, 2, 1, 2}); }

TEST(Accuracy, CountsItemsOverBatches) {
  nn::Accuracy accuracy;
  EXPECT_TRUE(std::isnan(accuracy.value()));
  accuracy.update(logits(), classes());
  EXPECT_EQ(accuracy.value(), 0.25);  // of equal logits, the first counts
  accuracy.update(on_backend(Tensor{{0.0, 1.0, 0.0}}), on_backend(Tensor{1}));
  EXPECT_EQ(accuracy.value(), 0.4);
  accuracy.update(zeros({0, 3}, {.device = backend()}),
                  zeros({0}, {.dtype = DType::i64, .device = backend()}));
  EXPECT_EQ(accuracy.value(), 0.4);
  accuracy.reset();
  EXPECT_TRUE(std::isnan(accuracy.value()));
  EXPECT_EQ(accuracy.name(), "accuracy");
  EXPECT_TRUE(accuracy.larger_is_better());
}

TEST(Accuracy, HasTheClassesOnTheSecondAxis) {
  nn::Accuracy accuracy;
  const Tensor x = reshape(on_backend(Tensor{1.0, 0.0, 0.0, 2.0, 1.0, 3.0}), {1, 3, 2});
  accuracy.update(x, on_backend(Tensor{{2, 2}}));  // [1, 0, 1] is of class 0, [0, 2, 3] of class 2
  EXPECT_EQ(accuracy.value(), 0.5);
}

TEST(TopKAccuracy, LooksAtTheLargestLogits) {
  const auto of = [](std::int64_t k) {
    nn::TopKAccuracy metric(k);
    metric.update(logits(), classes());
    return metric.value();
  };
  EXPECT_EQ(of(1), 0.25);
  EXPECT_EQ(of(2), 0.75);
  EXPECT_EQ(of(3), 1);
  EXPECT_EQ(of(9), 1);
  EXPECT_EQ(nn::TopKAccuracy(5).name(), "top-5");
}

TEST(TopKAccuracy, IsNotEarnedByNanOrByEqualLogits) {
  nn::TopKAccuracy metric(2);
  metric.update(on_backend(Tensor{{kNan, kNan, kNan, kNan}, {1.0F, 1.0F, 1.0F, 1.0F}}),
                on_backend(Tensor{3, 2}));
  EXPECT_EQ(metric.value(), 0);
  metric.reset();
  EXPECT_TRUE(std::isnan(metric.value()));
}

TEST(ConfusionMatrix, CountsClassesTakenForOthers) {
  nn::ConfusionMatrix metric(3);
  EXPECT_TRUE(std::isnan(metric.value()));
  metric.update(logits(), classes());
  metric.update(logits(), classes());
  EXPECT_TENSOR_EQ(metric.matrix(), {{2, 0, 0}, {0, 0, 2}, {0, 4, 0}});
  EXPECT_EQ(metric.value(), 0.25);
  metric.reset();
  EXPECT_TENSOR_EQ(metric.matrix(), zeros({3, 3}, {.dtype = DType::i64}));
}

TEST(Perplexity, IsTheNumberOfEqualClasses) {
  nn::Perplexity perplexity;
  perplexity.update(zeros({2, 8}, {.device = backend()}), on_backend(Tensor{1, 7}));
  EXPECT_NEAR(perplexity.value(), 8, 1e-6);
  // An item of probability 1 counts as one of three: exp(2/3 log 8).
  perplexity.update(on_backend(Tensor{{0.0, 1000.0}}), on_backend(Tensor{1}));
  EXPECT_NEAR(perplexity.value(), 4, 1e-6);
  EXPECT_FALSE(perplexity.larger_is_better());
  perplexity.reset();
  EXPECT_TRUE(std::isnan(perplexity.value()));
}

TEST(MeanAbsoluteError, IsTheMeanDistance) {
  nn::MeanAbsoluteError error;
  error.update(on_backend(Tensor{{1.0, 2.0}}), on_backend(Tensor{{0.0, 4.0}}));
  error.update(on_backend(Tensor{{5.0, 5.0}, {5.0, 5.0}}), on_backend(Tensor{{5.0, 5.0}, {5.0, 2.0}}));
  EXPECT_EQ(error.value(), 1);
  EXPECT_FALSE(error.larger_is_better());
  EXPECT_ERROR(error.update(zeros({2}), zeros({3})), ShapeError,
               "[MeanAbsoluteError] the output is [2], but the target [3]");
  error.reset();
  EXPECT_TRUE(std::isnan(error.value()));
}

TEST(Metrics, RefuseWhatDoesNotFit) {
  nn::Accuracy accuracy;
  EXPECT_ERROR(accuracy.update(zeros({2, 3}), Tensor{0}), ShapeError,
               "[Accuracy] the logits are [2, 3], and the target [1]; they must be [N, C, ...] and [N, ...]");
  EXPECT_ERROR(accuracy.update(zeros({2}), Tensor{0, 1}), ShapeError,
               "[Accuracy] the logits are [2], and the target [2]; they must be [N, C, ...] and [N, ...]");
  EXPECT_ERROR(accuracy.update(zeros({2, 3}), zeros({2})), DTypeError,
               "[Accuracy] the target is f32; it must be classes, of an integer dtype");
  EXPECT_ERROR(accuracy.update(zeros({2, 3}), Tensor{0, 3}), ValueError,
               "[Accuracy] the target has class 3; there are 3 classes, from 0");
  EXPECT_ERROR(accuracy.update(zeros({2, 3}), Tensor{-1, 3}), ValueError,
               "[Accuracy] the target has class -1; there are 3 classes, from 0");
  EXPECT_ERROR(nn::TopKAccuracy(0), ValueError, "[TopKAccuracy] k is 0; it must be positive");
  EXPECT_ERROR(nn::ConfusionMatrix(0), ValueError, "[ConfusionMatrix] classes is 0; it must be positive");
  nn::ConfusionMatrix four(4);
  EXPECT_ERROR(four.update(zeros({2, 3}), Tensor{0, 1}), ShapeError,
               "[ConfusionMatrix] the logits are [2, 3], not those of 4 classes");
}

}  // namespace
}  // namespace tinytorch::testing
