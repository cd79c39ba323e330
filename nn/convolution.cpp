#include "nn/convolution.h"

#include <fmt/format.h>

#include <utility>

#include "core/format.h"
#include "nn/initialised.h"

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

struct Parameters {
  Parameter weight, bias;
};

template <class Options>
Parameters make_parameters(const char* layer, const Shape& weight, std::int64_t out, const Options& options) {
  Parameters parameters{initialised(layer, options.weight_init, "weight", weight, options), {}};
  if (options.bias) parameters.bias = initialised(layer, options.bias_init, "bias", {out}, options);
  return parameters;
}

void check_images(const char* layer, const Shape& x, const Shape& weight, std::int64_t channels) {
  const bool lines = weight.size() == 3;
  if (x.size() != weight.size()) {
    fail<ShapeError>(layer, "input is {}; wanted [batch, {}, {}]", x, channels,
                     lines ? "length" : "height, width");
  }
  if (x[1] != channels) {
    fail<ShapeError>(layer, "input has {} channels, but the weight {} expects {} (input {})", x[1], weight,
                     channels, x);
  }
}

std::string text(std::int64_t number) { return fmt::format("{}", number); }
std::string text(const Pair& pair) { return to_string(pair); }

/// ", name value" where the value is not the usual one.
template <class Value>
std::string unless(const Value& usual, const char* name, const Value& value) {
  return value == usual ? "" : fmt::format(", {} {}", name, text(value));
}

template <class Options>
std::string described(const Options& options, const Parameter& bias) {
  using Length = decltype(options.stride);
  return unless<Length>(1, "stride", options.stride) + unless<Length>(0, "padding", options.padding) +
         unless<Length>(1, "dilation", options.dilation) + unless<std::int64_t>(1, "groups", options.groups) +
         (bias.defined() ? "" : ", no bias");
}

Pair kernel_of(const Shape& weight) { return {weight[2], weight[3]}; }

}  // namespace

Conv2D::Conv2D(std::int64_t in_channels, std::int64_t out_channels, const Pair& kernel,
               const Conv2DOptions& options)
    : in_channels_(in_channels),
      options_{.stride = options.stride,
               .padding = options.padding,
               .dilation = options.dilation,
               .groups = options.groups} {
  check_channels("Conv2D", in_channels, out_channels, options.groups);
  check_window("Conv2D", {kernel, options.stride, options.padding, options.dilation});
  Parameters made =
      make_parameters("Conv2D", {out_channels, in_channels / options.groups, kernel.height, kernel.width},
                      out_channels, options);
  weight_ = std::move(made.weight);
  bias_ = std::move(made.bias);
}

void Conv2D::visit(Visitor& visitor) {
  visitor.parameter("weight", weight_);
  visitor.parameter("bias", bias_);
}

std::string Conv2D::description() const {
  return fmt::format("Conv2D({}, {}, kernel {}{})", in_channels_, weight_.shape()[0],
                     to_string(kernel_of(weight_.shape())), described(options_, bias_));
}

void Conv2D::check_input(const Shape& shape) const {
  check_images("Conv2D", shape, weight_.shape(), in_channels_);
}

Conv1D::Conv1D(std::int64_t in_channels, std::int64_t out_channels, std::int64_t kernel,
               const Conv1DOptions& options)
    : in_channels_(in_channels),
      options_{.stride = options.stride,
               .padding = options.padding,
               .dilation = options.dilation,
               .groups = options.groups} {
  check_channels("Conv1D", in_channels, out_channels, options.groups);
  check_window("Conv1D", {kernel, options.stride, options.padding, options.dilation});
  Parameters made =
      make_parameters("Conv1D", {out_channels, in_channels / options.groups, kernel}, out_channels, options);
  weight_ = std::move(made.weight);
  bias_ = std::move(made.bias);
}

void Conv1D::visit(Visitor& visitor) {
  visitor.parameter("weight", weight_);
  visitor.parameter("bias", bias_);
}

std::string Conv1D::description() const {
  return fmt::format("Conv1D({}, {}, kernel {}{})", in_channels_, weight_.shape()[0], weight_.shape()[2],
                     described(options_, bias_));
}

void Conv1D::check_input(const Shape& shape) const {
  check_images("Conv1D", shape, weight_.shape(), in_channels_);
}

ConvTranspose2D::ConvTranspose2D(std::int64_t in_channels, std::int64_t out_channels, const Pair& kernel,
                                 const ConvTranspose2DOptions& options)
    : in_channels_(in_channels),
      options_{.stride = options.stride,
               .padding = options.padding,
               .output_padding = options.output_padding,
               .dilation = options.dilation,
               .groups = options.groups} {
  check_channels("ConvTranspose2D", in_channels, out_channels, options.groups);
  check_window("ConvTranspose2D", {kernel, options.stride, options.padding, options.dilation});
  Parameters made = make_parameters("ConvTranspose2D",
                                    {in_channels, out_channels / options.groups, kernel.height, kernel.width},
                                    out_channels, options);
  weight_ = std::move(made.weight);
  bias_ = std::move(made.bias);
}

void ConvTranspose2D::visit(Visitor& visitor) {
  visitor.parameter("weight", weight_);
  visitor.parameter("bias", bias_);
}

std::string ConvTranspose2D::description() const {
  return fmt::format("ConvTranspose2D({}, {}, kernel {}{}{})", in_channels_,
                     weight_.shape()[1] * options_.groups, to_string(kernel_of(weight_.shape())),
                     unless<Pair>(0, "output_padding", options_.output_padding), described(options_, bias_));
}

void ConvTranspose2D::check_input(const Shape& shape) const {
  check_images("ConvTranspose2D", shape, weight_.shape(), in_channels_);
}

}  // namespace tinytorch::nn
