#include "nn/normalization.h"

#include <gtest/gtest.h>

#include "autograd/checkpoint.h"
#include "core/error.h"
#include "core/ops/creation.h"
#include "core/ops/random.h"
#include "nn/dense.h"
#include "nn/sequential.h"
#include "tests/nn/layer_checks.h"

namespace tinytorch::testing {
namespace {

// The expected values are those of PyTorch 1.13's functions of the same names.
TEST(LayerNorm, NormalisesTheLastAxes) {
  nn::LayerNorm layer(3, {.device = backend()});
  const Tensor x = here(Tensor{{1.0, 2.0, 4.0}, {-1.0, 0.0, 0.5}});
  EXPECT_TENSOR_NEAR(layer(x), {{-1.0690414, -0.2672603, 1.3363018}, {-1.3362889, 0.2672578, 1.0690311}});
  layer.load_state_dict({{"weight", Tensor{1.0, 2.0, 3.0}}, {"bias", Tensor{0.5, 0.0, -1.0}}});
  EXPECT_TENSOR_NEAR(layer(x), {{-0.5690414, -0.5345206, 3.0089054}, {-0.8362889, 0.5345156, 2.2070933}});
  EXPECT_EQ(nn::LayerNorm(Shape{2, 3}).description(), "LayerNorm([2, 3])");
  EXPECT_EQ(nn::LayerNorm(3, {.affine = false}).description(), "LayerNorm([3], no weight)");
}

TEST(RMSNorm, DividesByTheRootMeanSquare) {
  const nn::RMSNorm layer(2, {.epsilon = 0, .device = backend()});
  EXPECT_TENSOR_NEAR(layer(here(Tensor{{1.0, 7.0}, {-3.0, 3.0}})), {{0.2, 1.4}, {-1.0, 1.0}});
  EXPECT_EQ(layer.parameters().size(), 1u);
  EXPECT_EQ(layer.description(), "RMSNorm([2])");
}

TEST(BatchNorm, TrainsByTheBatchAndIsUsedByTheRunningStatistics) {
  nn::BatchNorm1D layer(2, {.momentum = 0.5, .norm = {.epsilon = 0, .device = backend()}});
  const Tensor x = here(Tensor{{1.0, -2.0}, {3.0, 2.0}});
  EXPECT_TENSOR_NEAR(layer(x), {{-1.0, -1.0}, {1.0, 1.0}});
  EXPECT_TENSOR_NEAR(layer.running_mean(), {1.0, 0.0});
  EXPECT_TENSOR_NEAR(layer.running_variance(), {1.5, 4.5});  // half of 1, half of the unbiased 2 and 8
  EXPECT_EQ(layer.num_batches_tracked().item<std::int64_t>(), 1);
  layer.eval();
  EXPECT_TENSOR_NEAR(layer(x) * layer(x) * here(Tensor{1.5, 4.5}), {{0.0, 4.0}, {4.0, 4.0}});
  EXPECT_TENSOR_NEAR(layer.running_mean(), {1.0, 0.0});
  EXPECT_EQ(layer.num_batches_tracked().item<std::int64_t>(), 1);
}

TEST(BatchNorm, ChangesItsBuffersInPlace) {
  nn::BatchNorm2D layer(2, {.norm = {.device = backend()}});
  const std::uint64_t before = layer.running_mean().version();
  layer(randn({3, 2, 4, 4}, {.device = backend()}));
  EXPECT_GT(layer.running_mean().version(), before);
}

TEST(BatchNorm, KeepsItsStateInAStateDict) {
  nn::BatchNorm1D trained(3), fresh(3);
  trained(randn({8, 3}));
  trained(randn({8, 3}) * 5.0);
  const nn::StateDict state = trained.state_dict();
  EXPECT_EQ(state.size(), 5u);
  fresh.load_state_dict(state);
  EXPECT_TENSOR_EQ(fresh.running_mean(), trained.running_mean());
  EXPECT_EQ(fresh.num_batches_tracked().item<std::int64_t>(), 2);
  trained.eval();
  fresh.eval();
  const Tensor x = randn({4, 3});
  EXPECT_TENSOR_EQ(fresh(x), trained(x));
}

TEST(BatchNorm, MovesItsBuffersAndKeepsTheirTypes) {
  nn::BatchNorm1D layer(3);
  layer.to({.dtype = DType::f64, .device = backend()});
  EXPECT_EQ(layer.running_variance().dtype(), DType::f64);
  EXPECT_EQ(layer.num_batches_tracked().dtype(), DType::i64);
  EXPECT_EQ(layer.running_mean().device(), backend());
}

TEST(BatchNorm, IsReachedByTrainAndEvalOfAModel) {
  nn::Sequential model{nn::Dense(3, 4), nn::BatchNorm1D(4)};
  model.to(backend());
  model.eval();
  const auto batches = [&] { return model.state_dict().at("1.num_batches_tracked").item<std::int64_t>(); };
  const Tensor x = randn({5, 3}, {.device = backend()});
  model(x);
  EXPECT_EQ(batches(), 0);
  model.train();
  model(x);
  EXPECT_EQ(batches(), 1);
}

TEST(GroupNorm, NormalisesEachGroupOfEachSample) {
  const nn::GroupNorm layer(2, 4, {.epsilon = 0, .device = backend()});
  EXPECT_TENSOR_NEAR(layer(here(Tensor{{1.0, 3.0, 10.0, 30.0}})), {{-1.0, 1.0, -1.0, 1.0}});
  EXPECT_EQ(layer.description(), "GroupNorm(2, 4)");
}

TEST(InstanceNorm2D, NormalisesEachChannelOfEachSample) {
  const nn::InstanceNorm2D layer(2, {.epsilon = 0, .affine = false});
  const Tensor x = here(Tensor{{{{1.0, 3.0}}, {{10.0, 30.0}}}});
  EXPECT_TENSOR_NEAR(layer(x), Tensor{{{{-1.0, 1.0}}, {{-1.0, 1.0}}}});
  EXPECT_TRUE(layer.parameters().empty());
  EXPECT_EQ(nn::InstanceNorm2D(2, {.affine = true}).parameters().size(), 2u);
  EXPECT_EQ(layer.description(), "InstanceNorm2D(2)");
}

TEST(InstanceNorm1D, NormalisesEachChannelOfEachSample) {
  const nn::InstanceNorm1D layer(2, {.epsilon = 0, .affine = true, .device = backend()});
  EXPECT_TENSOR_NEAR(layer(here(Tensor{{{1.0, 3.0}, {10.0, 30.0}}})), Tensor{{{-1.0, 1.0}, {-1.0, 1.0}}});
  EXPECT_EQ(layer.description(), "InstanceNorm1D(2, affine)");
}

TEST(InstanceNorm2D, HasNoParametersWhateverElseIsAskedFor) {
  EXPECT_TRUE(nn::InstanceNorm2D(2, {.epsilon = 0}).parameters().empty());
  EXPECT_TRUE(nn::InstanceNorm2D(2, {.device = backend()}).parameters().empty());
}

TEST(BatchNorm, CountsABatchOnceInACheckpoint) {
  const nn::BatchNormLayerOptions options{.norm = {.device = backend()}};
  const nn::BatchNorm1D layer(2, options), plain(2, options);
  const Tensor batch = here(Tensor{{1.0, 5.0}, {3.0, 9.0}});
  const Variable x = variable(batch), same = variable(batch);
  sum(square(checkpoint([&](const auto& in) { return layer.forward(in[0]); }, inputs_of(layer, x)) * x))
      .backward();
  sum(square(plain.forward(same) * same)).backward();
  EXPECT_TENSOR_EQ(layer.num_batches_tracked(), plain.num_batches_tracked());
  EXPECT_TENSOR_EQ(layer.running_mean(), plain.running_mean());
  EXPECT_TENSOR_EQ(layer.running_variance(), plain.running_variance());
  EXPECT_TENSOR_EQ(x.grad(), same.grad());
  EXPECT_FALSE(recomputing());
}

TEST(NormalisingLayers, BothModesAgree) {
  const nn::NormOptions options{.device = backend()};
  const Tensor x = randn({5, 4, 3, 2}, {.device = backend()});
  expect_modes_agree(nn::LayerNorm(Shape{3, 2}, options), x);
  expect_modes_agree(nn::RMSNorm(2, options), x);
  expect_modes_agree(nn::GroupNorm(2, 4, options), x);
  expect_modes_agree(nn::InstanceNorm2D(4, {.affine = true, .device = backend()}), x);
  expect_modes_agree(nn::BatchNorm2D(4, {.norm = options}), x);
}

TEST(NormalisingLayers, GradientsAreThoseOfFiniteDifferences) {
  const Tensor x = randn({2, 2, 2, 2});
  nn::LayerNorm layer(Shape{2, 2});
  nn::RMSNorm rms(2);
  nn::GroupNorm group(1, 2);
  nn::InstanceNorm2D instance(2, {.affine = true});
  nn::BatchNorm2D trained(2), used(2);
  used.eval();
  for (nn::Module* each : std::vector<nn::Module*>{&layer, &rms, &group, &instance, &trained, &used}) {
    const GradcheckResult result = gradcheck_layer(*each, x);
    EXPECT_TRUE(result) << each->description() << ": " << result.message;
  }
}

TEST(NormalisingLayers, SayWhatTheyTake) {
  const Tensor x = zeros({2, 3}, {.device = backend()});
  EXPECT_ERROR(nn::BatchNorm1D(4)(x), ShapeError,
               "[BatchNorm1D] input is [2, 3]; wanted [N, 4] or [N, 4, L]");
  EXPECT_ERROR(nn::BatchNorm2D(3)(x), ShapeError, "[BatchNorm2D] input is [2, 3]; wanted [N, 3, H, W]");
  EXPECT_ERROR(nn::InstanceNorm1D(3)(x), ShapeError, "[InstanceNorm1D] input is [2, 3]; wanted [N, 3, L]");
  EXPECT_ERROR(nn::InstanceNorm2D(3)(x), ShapeError, "[InstanceNorm2D] input is [2, 3]; wanted [N, 3, H, W]");
  EXPECT_ERROR(nn::GroupNorm(2, 4, {.affine = false})(zeros({2, 6})), ShapeError,
               "[GroupNorm] input is [2, 6]; wanted [N, 4, ...]");
  EXPECT_ERROR(nn::LayerNorm(Shape{2, 0}), ShapeError,
               "[LayerNorm] normalizes [2, 0]; each length must be at least 1");
  EXPECT_ERROR(nn::GroupNorm(3, 4), ValueError, "[GroupNorm] 4 channels do not make 3 groups of one size");
}

}  // namespace
}  // namespace tinytorch::testing
