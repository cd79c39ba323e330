#include "nn/residual.h"

#include <fmt/format.h>

#include "core/internal/format.h"
#include "nn/activation.h"
#include "nn/convolution.h"
#include "nn/internal/named.h"
#include "nn/normalization.h"

namespace tinytorch::nn {

namespace {

/// Appends a convolution that keeps the size but for the stride, and its batch normalization.
void add_convolution(Sequential& layers, std::int64_t in, std::int64_t out, std::int64_t kernel,
                     std::int64_t stride, const ResidualBlockOptions& options) {
  layers.add(Conv2D(in, out, kernel, {.stride = stride, .padding = kernel / 2},
                    {.bias = false,
                     .weight_init = init::he_normal(),
                     .dtype = options.dtype,
                     .device = options.device,
                     .generator = options.generator}));
  layers.add(BatchNorm2D(out, {.norm = {.dtype = options.dtype, .device = options.device}}));
}

Sequential residual_body(std::int64_t in, std::int64_t out, const ResidualBlockOptions& options) {
  if (options.bottleneck && out % 4 != 0) {
    fail<ValueError>("ResidualBlock", "a bottleneck of {} channels; they must be a multiple of 4", out);
  }
  const std::int64_t inner = options.bottleneck ? out / 4 : out;
  Sequential layers;
  if (options.bottleneck) {
    add_convolution(layers, in, inner, 1, 1, options);
    layers.add(ReLU());
  }
  add_convolution(layers, options.bottleneck ? inner : in, inner, 3, options.stride, options);
  layers.add(ReLU());
  add_convolution(layers, inner, out, options.bottleneck ? 1 : 3, 1, options);
  return layers;
}

Sequential residual_shortcut(std::int64_t in, std::int64_t out, const ResidualBlockOptions& options) {
  Sequential layers;
  if (in != out || options.stride != 1) add_convolution(layers, in, out, 1, options.stride, options);
  return layers;
}

}  // namespace

ResidualBlock::ResidualBlock(std::int64_t in_channels, std::int64_t out_channels,
                             const ResidualBlockOptions& options)
    : in_channels_(in_channels),
      out_channels_(out_channels),
      stride_(options.stride),
      bottleneck_(options.bottleneck),
      body_(named("ResidualBlock", [&] { return residual_body(in_channels, out_channels, options); })),
      shortcut_(
          named("ResidualBlock", [&] { return residual_shortcut(in_channels, out_channels, options); })) {}

void ResidualBlock::visit(Visitor& visitor) {
  visitor.child("body", body_);
  visitor.child("shortcut", shortcut_);
}

std::string ResidualBlock::description() const {
  return fmt::format("ResidualBlock({}, {}{}{})", in_channels_, out_channels_,
                     stride_ == 1 ? "" : fmt::format(", stride {}", stride_),
                     bottleneck_ ? ", bottleneck" : "");
}

}  // namespace tinytorch::nn
