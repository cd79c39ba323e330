#include "nn/models/resnet.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "core/ops/creation.h"
#include "core/ops/random.h"
#include "nn/loss.h"
#include "nn/optim/sgd.h"
#include "tests/nn/layer_checks.h"

namespace tinytorch::testing {
namespace {

std::int64_t parameters_of(const nn::ResNetOptions& options) {
  std::int64_t total = 0;
  for (const Variable& parameter : nn::ResNet(options).parameters()) total += parameter.numel();
  return total;
}

TEST(ResNet, HasTheSizesOfItsPaper) {
  // With identity shortcuts, table 6 of the paper has 0.27M for 20 layers; the 1x1 convolutions add 2,752.
  EXPECT_EQ(parameters_of(nn::resnet_options("resnet20")), 272474);
  EXPECT_EQ(parameters_of(nn::resnet_options("resnet18")), 11689512);  // as torchvision's
  EXPECT_EQ(nn::resnet_options("resnet8").blocks.size(), 3u);
  EXPECT_EQ(nn::resnet_options("resnet32").blocks.front(), 5);
  EXPECT_EQ(nn::resnet_options("resnet44").blocks.front(), 7);
  EXPECT_EQ(nn::resnet_options("resnet56").blocks.front(), 9);
  EXPECT_EQ(nn::resnet_options("resnet34").blocks[2], 6);
  EXPECT_TRUE(nn::resnet_options("resnet50").bottleneck);
  EXPECT_ERROR(
      nn::resnet_options("resnet9"), ValueError,
      "[resnet_options] there is no size \"resnet9\"; the sizes are resnet8, resnet20, resnet32, resnet44, "
      "resnet56, resnet18, resnet34 and resnet50");
}

TEST(ResNet, ClassifiesImagesOfAnySize) {
  const nn::ResNet model({.in_channels = 1, .classes = 5, .blocks = {1, 2}, .width = 4, .device = backend()});
  EXPECT_EQ(model(here(randn({2, 1, 8, 8}))).shape(), (Shape{2, 5}));
  expect_modes_agree(model, here(randn({2, 1, 7, 9})));
  const nn::ResNet large(
      {.classes = 3, .blocks = {1}, .width = 4, .large_images = true, .device = backend()});
  EXPECT_EQ(large(here(randn({2, 3, 16, 16}))).shape(), (Shape{2, 3}));
}

TEST(ResNet, Learns) {
  Generator source(3);
  nn::ResNet model({.in_channels = 1,
                    .classes = 2,
                    .blocks = {1, 1},
                    .width = 4,
                    .device = backend(),
                    .generator = &source});
  const Tensor x = here(randn({8, 1, 6, 6}, {}, source)), y = here(Tensor{0, 1, 0, 1, 0, 1, 0, 1});
  nn::SGD optimizer(model.parameters(), {.learning_rate = 0.1});
  for (int step = 0; step < 40; ++step) {
    optimizer.zero_grad();
    nn::CrossEntropyLoss()(model(Variable(x)), y).backward();
    for (const auto& [name, parameter] : model.named_parameters())
      ASSERT_TRUE(parameter.grad().defined()) << name;
    optimizer.step();
  }
  EXPECT_LT(nn::CrossEntropyLoss()(model(x), y).item(), 0.1f);
}

TEST(ResNet, SaysWhatIsWrong) {
  EXPECT_EQ(nn::ResNet({.blocks = {1, 1}, .width = 4}).description(), "ResNet(2 stages)");
  EXPECT_ERROR(nn::ResNet({.blocks = {}}), ValueError,
               "[ResNet] there are no stages; there must be at least 1");
  EXPECT_ERROR(nn::ResNet({.blocks = {1, 0}}), ValueError,
               "[ResNet] stage 1 has 0 blocks; each has at least 1");
  EXPECT_ERROR(nn::ResNet({.in_channels = 0}), ValueError,
               "[ResNet] in_channels is 0; a layer has at least 1");
}

}  // namespace
}  // namespace tinytorch::testing
