#pragma once

#include <algorithm>
#include <cstdint>

#include "core/ops/internal/image.h"
#include "kernels/cpu/parallel.h"

namespace tinytorch::cpu {

/// The strides of a contiguous tensor of images, row-major or channels-last.
struct ImageStrides {
  std::int64_t image, channel, pixel;

  ImageStrides(const Shape& shape, bool channels_last)
      : image(shape[1] * shape[2] * shape[3]),
        channel(channels_last ? 1 : shape[2] * shape[3]),
        pixel(channels_last ? shape[1] : 1) {}
};

/// The number of neighbouring channels that are processed together in channels-last tensors.
inline constexpr std::int64_t kChannelBlock = 64;

/// Calls f(n, first, channels) for blocks of channels that cover all images, each block on one thread. `cost`
/// is the cost of a channel of one image, in elements of cheap work.
template <class F>
void for_each_channel_block(const Shape& shape, bool channels_last, std::int64_t cost, const F& f) {
  const std::int64_t width = channels_last ? kChannelBlock : 1, channels = shape[1];
  const std::int64_t blocks = (channels + width - 1) / width;
  const std::int64_t block_cost = std::max<std::int64_t>(1, cost * std::min(width, channels));
  parallel_for(shape[0] * blocks, kCheapGrain / block_cost + 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t block = begin; block < end; ++block) {
      const std::int64_t first = block % blocks * width;
      f(block / blocks, first, std::min(width, channels - first));
    }
  });
}

}  // namespace tinytorch::cpu
