#include "nn/pooling.h"

#include <fmt/format.h>

namespace tinytorch::nn {

namespace {

/// The kernel, and what of the rest is not as usual.
template <class Options>
std::string described(const Pair& kernel, const Options& options) {
  std::string text = fmt::format("kernel {}", to_string(kernel));
  const Pair as_kernel = 0;
  if (options.stride != as_kernel && options.stride != kernel)
    text += fmt::format(", stride {}", to_string(options.stride));
  if (options.padding != Pair(0)) text += fmt::format(", padding {}", to_string(options.padding));
  if (options.ceil_mode) text += ", rounded up";
  return text;
}

}  // namespace

std::string MaxPool2D::description() const {
  const bool usual = options_.dilation == Pair(1);
  return fmt::format("MaxPool2D({}{})", described(kernel_, options_),
                     usual ? "" : fmt::format(", dilation {}", to_string(options_.dilation)));
}

std::string AvgPool2D::description() const {
  return fmt::format("AvgPool2D({}{})", described(kernel_, options_),
                     options_.count_include_pad ? "" : ", without padding in the mean");
}

std::string AdaptiveAvgPool2D::description() const {
  return fmt::format("AdaptiveAvgPool2D({})", to_string(size_));
}

std::string Upsample::description() const {
  const bool nearest = options_.mode == Interpolation::nearest;
  return fmt::format("Upsample({}, {}{})", scale_, nearest ? "nearest" : "bilinear",
                     options_.align_corners ? ", corners aligned" : "");
}

}  // namespace tinytorch::nn
