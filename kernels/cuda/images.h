#pragma once

#include <algorithm>
#include <cstdint>
#include <type_traits>

#include "core/ops/internal/image.h"
#include "kernels/cuda/elementwise.h"

// Index arithmetic on images, on the device: of tensors that are contiguous row-major or dense channels-last.
namespace tinytorch::cuda {

/// The index of an element of a tensor of images [N, C, H, W].
template <class Index>
struct ImageIndex {
  Index image, channel, row, column;
};

/// Maps elements of a tensor of images, numbered in their order in memory, to their indices.
template <class Index>
class ImageIndexMap {
 public:
  ImageIndexMap(const Shape& shape, bool channels_last)
      : channels_last_(channels_last),
        inner_(size_of_axis(shape, channels_last ? 1 : 3)),
        middle_(size_of_axis(shape, channels_last ? 3 : 2)),
        outer_(size_of_axis(shape, channels_last ? 2 : 1)) {}

  __device__ ImageIndex<Index> find(Index element) const {
    const Index inner = divide(element, inner_), middle = divide(element, middle_),
                outer = divide(element, outer_);
    if (channels_last_) return {element, inner, outer, middle};
    return {element, outer, middle, inner};
  }

 private:
  static Divisor<Index> size_of_axis(const Shape& shape, int axis) {
    // A size of 0 is never divided by, but a Divisor of 0 cannot be made.
    return Divisor<Index>(static_cast<Index>(std::max<std::int64_t>(1, shape[axis])));
  }
  /// Replaces `element` by the quotient and returns the remainder.
  __device__ static Index divide(Index& element, const Divisor<Index>& by) {
    const Index quotient = by.quotient(element), remainder = element - quotient * by.divisor();
    element = quotient;
    return remainder;
  }

  bool channels_last_;
  Divisor<Index> inner_, middle_, outer_;
};

/// The strides of a tensor of images.
template <class Index>
struct ImageStrides {
  Index image, channel, row, column;

  ImageStrides(const Shape& shape, bool channels_last)
      : image(static_cast<Index>(shape[1] * shape[2] * shape[3])),
        channel(channels_last ? 1 : static_cast<Index>(shape[2] * shape[3])),
        row(static_cast<Index>(channels_last ? shape[3] * shape[1] : shape[3])),
        column(channels_last ? static_cast<Index>(shape[1]) : 1) {}

  /// The offset of the first pixel of an image's channel.
  __device__ Index plane(const ImageIndex<Index>& at) const {
    return at.image * image + at.channel * channel;
  }
};

/// Calls f<Index>() with the narrowest type for the offsets of both tensors and all coordinates up to
/// `max_coordinate`.
template <class F>
void with_index(const Tensor& x, const Tensor& y, std::int64_t max_coordinate, const F& f) {
  if (x.numel() < largest_index && y.numel() < largest_index && max_coordinate < largest_index) {
    f.template operator()<std::uint32_t>();
  } else {
    f.template operator()<std::uint64_t>();
  }
}

/// One axis of a sliding window: of `length` pixels, over which the window takes `positions` positions.
template <class Index>
struct WindowAxis {
  using Signed = std::make_signed_t<Index>;

  Signed kernel, padding, dilation, length, positions;
  Divisor<Index> stride;

  WindowAxis(std::int64_t kernel, std::int64_t stride, std::int64_t padding, std::int64_t dilation,
             std::int64_t length, std::int64_t positions)
      : kernel(static_cast<Signed>(kernel)),
        padding(static_cast<Signed>(padding)),
        dilation(static_cast<Signed>(dilation)),
        length(static_cast<Signed>(length)),
        positions(static_cast<Signed>(positions)),
        stride(static_cast<Index>(stride)) {}

  /// The coordinate of the window's first element at a position; the others follow `dilation` apart.
  __device__ Signed first(Index position) const {
    return static_cast<Signed>(position * stride.divisor()) - padding;
  }
  /// True if the coordinate is inside the image.
  __device__ bool contains(Signed at) const { return at >= 0 && at < length; }

  /// The windows at positions begin(at) ... end(at) - 1 span the coordinate `at`.
  __device__ Index begin(Index at) const {
    const Signed reached = static_cast<Signed>(at) + padding - dilation * (kernel - 1);
    return reached > 0 ? stride.quotient(static_cast<Index>(reached) + stride.divisor() - 1) : 0;
  }
  __device__ Index end(Index at) const {
    const Index last = stride.quotient(at + static_cast<Index>(padding)) + 1;
    return last < static_cast<Index>(positions) ? last : static_cast<Index>(positions);
  }
};

/// Both axes of a sliding window.
template <class Index>
struct WindowAxes {
  WindowAxis<Index> height, width;

  WindowAxes(const Window& window, const Pair& image, const Pair& positions)
      : height(window.kernel.height, window.stride.height, window.padding.height, window.dilation.height,
               image.height, positions.height),
        width(window.kernel.width, window.stride.width, window.padding.width, window.dilation.width,
              image.width, positions.width) {}
};

/// An upper bound of the coordinates of a window over such images.
inline std::int64_t max_coordinate(const Window& window, const Pair& image) {
  const auto along = [](std::int64_t length, std::int64_t kernel, std::int64_t stride, std::int64_t padding,
                        std::int64_t dilation) { return length + 2 * padding + dilation * kernel + stride; };
  return std::max(along(image.height, window.kernel.height, window.stride.height, window.padding.height,
                        window.dilation.height),
                  along(image.width, window.kernel.width, window.stride.width, window.padding.width,
                        window.dilation.width));
}

}  // namespace tinytorch::cuda
