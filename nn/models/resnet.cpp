#include "nn/models/resnet.h"

#include <fmt/format.h>

#include <cstddef>
#include <utility>

#include "core/internal/checked.h"
#include "core/internal/format.h"
#include "nn/activation.h"
#include "nn/convolution.h"
#include "nn/internal/named.h"
#include "nn/normalization.h"
#include "nn/pooling.h"
#include "nn/residual.h"

namespace tinytorch::nn {

namespace {

Sequential resnet_stem(const ResNetOptions& options) {
  const std::int64_t kernel = options.large_images ? 7 : 3;
  Sequential layers;
  layers.add(Conv2D(options.in_channels, options.width, kernel,
                    {.stride = options.large_images ? 2 : 1, .padding = kernel / 2},
                    {.bias = false,
                     .weight_init = init::he_normal(),
                     .dtype = options.dtype,
                     .device = options.device,
                     .generator = options.generator}));
  layers.add(BatchNorm2D(options.width, {.norm = {.dtype = options.dtype, .device = options.device}}));
  layers.add(ReLU());
  if (options.large_images) layers.add(MaxPool2D(3, {.stride = 2, .padding = 1}));
  return layers;
}

/// The channels of a stage's result.
std::int64_t channels_of(const ResNetOptions& options, std::size_t stage) {
  std::int64_t channels = checked_mul("ResNet", options.width, options.bottleneck ? 4 : 1);
  for (; stage > 0; --stage) channels = checked_mul("ResNet", channels, 2);
  return channels;
}

Sequential resnet_stages(const ResNetOptions& options) {
  Sequential stages;
  std::int64_t in = options.width;
  for (std::size_t stage = 0; stage < options.blocks.size(); ++stage) {
    if (options.blocks[stage] < 1)
      fail<ValueError>("ResNet", "stage {} has {} blocks; each has at least 1", stage, options.blocks[stage]);
    const std::int64_t out = channels_of(options, stage);
    Sequential blocks;
    for (std::int64_t i = 0; i < options.blocks[stage]; ++i) {
      blocks.add(ResidualBlock(in, out,
                               {.stride = stage > 0 && i == 0 ? 2 : 1,
                                .bottleneck = options.bottleneck,
                                .dtype = options.dtype,
                                .device = options.device,
                                .generator = options.generator}));
      in = out;
    }
    stages.add(std::move(blocks));
  }
  return stages;
}

Dense resnet_head(const ResNetOptions& options) {
  if (options.blocks.empty()) fail<ValueError>("ResNet", "there are no stages; there must be at least 1");
  return Dense(channels_of(options, options.blocks.size() - 1), options.classes,
               {.weight_init = init::xavier_uniform(),
                .dtype = options.dtype,
                .device = options.device,
                .generator = options.generator});
}

}  // namespace

ResNetOptions resnet_options(std::string_view name) {
  if (name == "resnet8") return {};
  if (name == "resnet20") return {.blocks = {3, 3, 3}};
  if (name == "resnet32") return {.blocks = {5, 5, 5}};
  if (name == "resnet44") return {.blocks = {7, 7, 7}};
  if (name == "resnet56") return {.blocks = {9, 9, 9}};
  ResNetOptions large{.classes = 1000, .blocks = {3, 4, 6, 3}, .width = 64, .large_images = true};
  large.bottleneck = name == "resnet50";
  if (name == "resnet18") large.blocks = {2, 2, 2, 2};
  if (name == "resnet18" || name == "resnet34" || name == "resnet50") return large;
  fail<ValueError>("resnet_options",
                   "there is no size \"{}\"; the sizes are resnet8, resnet20, resnet32, resnet44, resnet56, "
                   "resnet18, resnet34 and resnet50",
                   name);
}

ResNet::ResNet(const ResNetOptions& options)
    : stem_(named("ResNet", [&] { return resnet_stem(options); })),
      stages_(named("ResNet", [&] { return resnet_stages(options); })),
      head_(named("ResNet", [&] { return resnet_head(options); })) {}

void ResNet::visit(Visitor& visitor) {
  visitor.child("stem", stem_);
  visitor.child("stages", stages_);
  visitor.child("head", head_);
}

std::string ResNet::description() const { return fmt::format("ResNet({} stages)", stages_.size()); }

NameMap resnet_names() {
  std::string rules = "conv1.* -> stem.0.*\n bn1.* -> stem.1.*\n fc.* -> head.*\n";
  for (int stage = 0; stage < 4; ++stage) {
    const std::string from = fmt::format("layer{}.*", stage + 1), to = fmt::format("stages.{}.*", stage);
    for (int i = 0; i < 3; ++i) {  // relu has an index, too
      rules += fmt::format("{}.conv{}.* -> {}.body.{}.*\n", from, i + 1, to, 3 * i);
      rules += fmt::format("{}.bn{}.* -> {}.body.{}.*\n", from, i + 1, to, 3 * i + 1);
    }
    rules += fmt::format("{}.downsample.*.* -> {}.shortcut.*.*\n", from, to);
  }
  return NameMap(rules);
}

}  // namespace tinytorch::nn
