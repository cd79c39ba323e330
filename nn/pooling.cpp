#include "nn/pooling.h"

#include <fmt/format.h>

#include "core/ops/internal/window.h"

namespace tinytorch::nn {

namespace {

/// The window, and the options that are not the defaults.
template <class Options>
std::string described(const Pair& kernel, const Options& options) {
  Window window{.kernel = kernel,
                .stride = tinytorch::detail::pooling_stride(options.stride, kernel),
                .padding = options.padding};
  if constexpr (requires { options.dilation; }) window.dilation = options.dilation;
  std::string text = to_string(window);
  if (options.ceil_mode) text += ", rounded up";
  if constexpr (requires { options.count_include_pad; }) {
    if (!options.count_include_pad) text += ", without padding in the mean";
  }
  return text;
}

}  // namespace

std::string MaxPool2D::description() const {
  return fmt::format("MaxPool2D({})", described(kernel_, options_));
}

std::string MaxPool1D::description() const {
  return fmt::format("MaxPool1D({})", described(kernel_, options_));
}

std::string AvgPool2D::description() const {
  return fmt::format("AvgPool2D({})", described(kernel_, options_));
}

std::string AvgPool1D::description() const {
  return fmt::format("AvgPool1D({})", described(kernel_, options_));
}

std::string AdaptiveAvgPool2D::description() const {
  return fmt::format("AdaptiveAvgPool2D({})", to_string(size_));
}

std::string AdaptiveMaxPool2D::description() const {
  return fmt::format("AdaptiveMaxPool2D({})", to_string(size_));
}

std::string AdaptiveMaxPool1D::description() const { return fmt::format("AdaptiveMaxPool1D({})", length_); }

std::string Upsample::description() const {
  const bool nearest = options_.mode == Interpolation::nearest;
  return fmt::format("Upsample({}, {}{})", scale_, nearest ? "nearest" : "bilinear",
                     options_.align_corners ? ", corners aligned" : "");
}

}  // namespace tinytorch::nn
