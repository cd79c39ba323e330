#pragma once

#include <cstdint>
#include <string>

#include "core/dims.h"

namespace tinytorch {

/// A value for each axis of an image. A single integer converts to a Pair of equal values.
struct Pair {
  std::int64_t height, width;

  Pair(std::int64_t both) : height(both), width(both) {}
  Pair(std::int64_t height, std::int64_t width) : height(height), width(width) {}

  bool operator==(const Pair& other) const = default;
};

/// "2" if both values are the same, otherwise "[2, 3]".
std::string to_string(const Pair& pair);

/// A sliding window of `kernel` elements with a spacing of `dilation`. It moves by `stride` over an image
/// with `padding` zeros on either side.
/// ```cpp
/// const Window window{.kernel = 3, .stride = {2, 1}, .padding = 1};
/// const Pair size = window_output_size("example", {8, 8}, window);  // {4, 8}
/// ```
struct Window {
  Pair kernel;
  Pair stride = 1;
  Pair padding = 0;
  Pair dilation = 1;
};

/// A text such as "kernel 3, stride 2, padding 1, dilation 2". A padding of 0 and a dilation of 1 are left
/// out.
std::string to_string(const Window& window);

/// The number of positions of a window along each axis of an image:
///     floor((length + 2 * padding - dilation * (kernel - 1) - 1) / stride) + 1
/// With `ceil_mode`, the quotient is rounded up, as long as the last window begins within the image or the
/// padding before it.
/// @param op     the op that error messages name
/// @param image  [H, W]
/// @throws ValueError  kernel, stride or dilation is less than 1, padding is negative, or one of them exceeds
///                     2^31
/// @throws ShapeError  the window is larger than the padded image
Pair window_output_size(const char* op, const Pair& image, const Window& window, bool ceil_mode = false);

}  // namespace tinytorch
