#include "nn/convolution.h"

#include <fmt/format.h>

#include "core/internal/format.h"
#include "core/ops/internal/window.h"
#include "nn/internal/initialized.h"

namespace tinytorch::nn {

namespace {

void check_channels(const char* layer, std::int64_t in, std::int64_t out, std::int64_t groups) {
  if (in < 1) fail<ValueError>(layer, "in_channels is {}; a layer has at least 1", in);
  if (out < 1) fail<ValueError>(layer, "out_channels is {}; a layer has at least 1", out);
  if (groups < 1) fail<ValueError>(layer, "groups is {}; it must be at least 1", groups);
  if (in % groups != 0 || out % groups != 0) {
    fail<ValueError>(layer, "{} input and {} output channels cannot be shared evenly by {} groups", in, out,
                     groups);
  }
}

/// The channels that a weight maps, before they are divided into groups.
struct Channels {
  std::int64_t in, out;
  bool transposed = false;
};

/// @param kernel  the axes of the weight after the channels
template <class OpOptions>
ConvolutionParameters make_parameters(const char* layer, const Channels& channels, const Shape& kernel,
                                      const OpOptions& op, const ConvolutionParameterOptions& options) {
  check_channels(layer, channels.in, channels.out, op.groups);
  check_window(layer, {{kernel[0], kernel.back()}, op.stride, op.padding, op.dilation});
  Shape weight = channels.transposed ? Shape{channels.in, channels.out / op.groups}
                                     : Shape{channels.out, channels.in / op.groups};
  for (const std::int64_t length : kernel) weight.push_back(length);
  ConvolutionParameters result{
      layer, channels.in, initialized(layer, options.weight_init, "weight", weight, options), {}};
  if (options.bias) result.bias = initialized(layer, options.bias_init, "bias", {channels.out}, options);
  return result;
}

/// "Conv2D(3, 16, kernel 3, stride 2, groups 2)"; `more` follows the window, and groups of 1 are left out.
template <class OpOptions>
std::string described(const ConvolutionParameters& own, std::int64_t out, const OpOptions& options,
                      const std::string& more = "") {
  const Shape& weight = own.weight.shape();
  const Window window{{weight[2], weight.back()}, options.stride, options.padding, options.dilation};
  const std::string groups = options.groups == 1 ? "" : fmt::format(", groups {}", options.groups);
  return fmt::format("{}({}, {}, {}{}{}{})", own.layer, own.in_channels, out, to_string(window), more, groups,
                     own.bias.defined() ? "" : ", no bias");
}

}  // namespace

void ConvolutionParameters::check_input(const Shape& shape) const {
  const Shape& expected = weight.shape();
  if (shape.size() != expected.size()) {
    fail<ShapeError>(layer, "input is {}; wanted [batch, {}, {}]", shape, in_channels,
                     expected.size() == 3 ? "length" : "height, width");
  }
  if (shape[1] != in_channels) {
    fail<ShapeError>(layer, "input has {} channels, but the weight {} expects {} (input {})", shape[1],
                     expected, in_channels, shape);
  }
}

Conv2D::Conv2D(std::int64_t in_channels, std::int64_t out_channels, const Pair& kernel,
               const Conv2dOptions& options, const ConvolutionParameterOptions& parameters)
    : Convolution(make_parameters("Conv2D", {in_channels, out_channels}, {kernel.height, kernel.width},
                                  options, parameters)),
      options_(options) {}

std::string Conv2D::description() const { return described(own(), weight().shape()[0], options_); }

Conv1D::Conv1D(std::int64_t in_channels, std::int64_t out_channels, std::int64_t kernel,
               const Conv1dOptions& options, const ConvolutionParameterOptions& parameters)
    : Convolution(make_parameters("Conv1D", {in_channels, out_channels}, {kernel}, options, parameters)),
      options_(options) {}

std::string Conv1D::description() const { return described(own(), weight().shape()[0], options_); }

ConvTranspose2D::ConvTranspose2D(std::int64_t in_channels, std::int64_t out_channels, const Pair& kernel,
                                 const ConvTranspose2dOptions& options,
                                 const ConvolutionParameterOptions& parameters)
    : Convolution(make_parameters("ConvTranspose2D", {in_channels, out_channels, true},
                                  {kernel.height, kernel.width}, options, parameters)),
      options_(options) {}

std::string ConvTranspose2D::description() const {
  const Pair& more = options_.output_padding;
  return described(own(), weight().shape()[1] * options_.groups, options_,
                   more == Pair(0) ? "" : fmt::format(", output_padding {}", to_string(more)));
}

}  // namespace tinytorch::nn
