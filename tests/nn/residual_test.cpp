#include "nn/residual.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "core/ops/creation.h"
#include "core/ops/random.h"
#include "tests/nn/layer_checks.h"

namespace tinytorch::testing {
namespace {

TEST(ResidualBlock, HasAShortcutWhereTheShapeChanges) {
  const Tensor x = here(randn({2, 4, 5, 5}));
  nn::ResidualBlock same(4, 4), wider(4, 8), smaller(4, 4, {.stride = 2});
  for (nn::ResidualBlock* block : {&same, &wider, &smaller}) block->to(backend());
  EXPECT_EQ(same(x).shape(), (Shape{2, 4, 5, 5}));
  EXPECT_EQ(wider(x).shape(), (Shape{2, 8, 5, 5}));
  EXPECT_EQ(smaller(x).shape(), (Shape{2, 4, 3, 3}));
  EXPECT_FALSE(same.state_dict().contains("shortcut.0.weight"));
  EXPECT_TRUE(wider.state_dict().contains("shortcut.0.weight"));
  EXPECT_TRUE(smaller.state_dict().contains("shortcut.0.weight"));
  expect_modes_agree(same, x);
}

TEST(ResidualBlock, AddsItsInputWhereItsBodyIsZero) {
  nn::ResidualBlock block(4, 4, {.device = backend()});
  for (auto& [name, parameter] : block.named_parameters()) {
    if (name.starts_with("body.4")) parameter.set_value(zeros_like(parameter.value()));
  }
  const Tensor x = here(randn({2, 4, 5, 5}));
  EXPECT_TENSOR_EQ(block(x), relu(x));
}

TEST(ResidualBlock, OfABottleneckHasAQuarterOfTheChannelsInside) {
  const nn::ResidualBlock block(4, 16, {.stride = 2, .bottleneck = true, .device = backend()});
  const nn::StateDict state = block.state_dict();
  EXPECT_EQ(state.at("body.0.weight").shape(), (Shape{4, 4, 1, 1}));
  EXPECT_EQ(state.at("body.3.weight").shape(), (Shape{4, 4, 3, 3}));
  EXPECT_EQ(state.at("body.6.weight").shape(), (Shape{16, 4, 1, 1}));
  EXPECT_EQ(block(here(randn({2, 4, 6, 6}))).shape(), (Shape{2, 16, 3, 3}));
  EXPECT_EQ(block.description(), "ResidualBlock(4, 16, stride 2, bottleneck)");
}

TEST(ResidualBlock, GradientsAreThoseOfFiniteDifferences) {
  Generator source(5), images(6);
  nn::ResidualBlock block(2, 4, {.stride = 2, .generator = &source});
  block.eval();
  const GradcheckResult result = gradcheck_layer(block, here(randn({1, 2, 4, 4}, {}, images)));
  EXPECT_TRUE(result) << result.message;
}

TEST(ResidualBlock, SaysWhatIsWrong) {
  EXPECT_EQ(nn::ResidualBlock(4, 4).description(), "ResidualBlock(4, 4)");
  EXPECT_ERROR(nn::ResidualBlock(4, 6, {.bottleneck = true}), ValueError,
               "[ResidualBlock] a bottleneck of 6 channels; they must be a multiple of 4");
  EXPECT_ERROR(nn::ResidualBlock(0, 4), ValueError,
               "[ResidualBlock] in_channels is 0; a layer has at least 1");
}

}  // namespace
}  // namespace tinytorch::testing
