#include "core/ops/internal/window.h"

#include <algorithm>

#include "core/internal/format.h"

namespace tinytorch {

namespace {

/// Larger parameters would overflow what is computed from them.
constexpr std::int64_t kLargest = std::int64_t{1} << 31, kLongest = std::int64_t{1} << 62;

void require_within(const char* op, const char* name, const Pair& pair, std::int64_t least) {
  if (std::min(pair.height, pair.width) < least)
    fail<ValueError>(op, "{} is {}; it must be at least {}", name, to_string(pair), least);
  if (std::max(pair.height, pair.width) > kLargest)
    fail<ValueError>(op, "{} is {}; it must be at most 2^31", name, to_string(pair));
}

/// The length that the window covers along an axis.
std::int64_t span_of(std::int64_t kernel, std::int64_t dilation) { return dilation * (kernel - 1) + 1; }

std::int64_t output_length(std::int64_t length, std::int64_t span, std::int64_t stride, std::int64_t padding,
                           bool ceil_mode) {
  const std::int64_t range = length + 2 * padding - span;
  if (!ceil_mode) return range / stride + 1;
  const std::int64_t n = range / stride + (range % stride != 0 ? 1 : 0) + 1;
  return (n - 1) * stride >= length + padding ? n - 1 : n;
}

}  // namespace

std::string to_string(const Pair& pair) {
  if (pair.height == pair.width) return fmt::format("{}", pair.height);
  return fmt::format("[{}, {}]", pair.height, pair.width);
}

std::string to_string(const Window& window) {
  std::string text = fmt::format("kernel {}, stride {}", to_string(window.kernel), to_string(window.stride));
  if (window.padding != Pair(0)) text += fmt::format(", padding {}", to_string(window.padding));
  if (window.dilation != Pair(1)) text += fmt::format(", dilation {}", to_string(window.dilation));
  return text;
}

void check_window(const char* op, const Window& window) {
  require_within(op, "kernel", window.kernel, 1);
  require_within(op, "stride", window.stride, 1);
  require_within(op, "padding", window.padding, 0);
  require_within(op, "dilation", window.dilation, 1);
}

Pair detail::pooling_stride(const Pair& stride, const Pair& kernel) {
  return {stride.height == 0 ? kernel.height : stride.height,
          stride.width == 0 ? kernel.width : stride.width};
}

Pair window_output_size(const char* op, const Pair& image, const Window& window, bool ceil_mode) {
  check_window(op, window);
  if (std::max(image.height, image.width) > kLongest)
    fail<ShapeError>(op, "the image is {} x {}; an axis has at most 2^62 pixels", image.height, image.width);
  const Pair span(span_of(window.kernel.height, window.dilation.height),
                  span_of(window.kernel.width, window.dilation.width));
  const Pair padded(image.height + 2 * window.padding.height, image.width + 2 * window.padding.width);
  if (span.height > padded.height || span.width > padded.width) {
    fail<ShapeError>(op,
                     "the window covers {} x {} (kernel {}, dilation {}), but the image with its padding is "
                     "only {} x {} (padding {}); pad more or use a smaller kernel",
                     span.height, span.width, to_string(window.kernel), to_string(window.dilation),
                     padded.height, padded.width, to_string(window.padding));
  }
  return {output_length(image.height, span.height, window.stride.height, window.padding.height, ceil_mode),
          output_length(image.width, span.width, window.stride.width, window.padding.width, ceil_mode)};
}

}  // namespace tinytorch
