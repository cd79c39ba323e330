#pragma once

#include <algorithm>
#include <cstdint>
#include <type_traits>

#include "core/ops/internal/image.h"
#include "kernels/cuda/elementwise.h"

// Where the elements of images lie, worked out on the device: of tensors that are row-major or channels-last
// without gaps.
namespace tinytorch::cuda {

/// One element of images.
template <class Index>
struct ImagePlace {
  Index image, channel, row, column;
};

/// The places of images in their order in memory.
template <class Index>
class ImagePlaces {
 public:
  ImagePlaces(const Shape& shape, bool channels_last)
      : channels_last_(channels_last),
        inner_(length(shape, channels_last ? 1 : 3)),
        middle_(length(shape, channels_last ? 3 : 2)),
        outer_(length(shape, channels_last ? 2 : 1)) {}

  __device__ ImagePlace<Index> find(Index element) const {
    const Index inner = take(element, inner_), middle = take(element, middle_), outer = take(element, outer_);
    if (channels_last_) return {element, inner, outer, middle};
    return {element, outer, middle, inner};
  }

 private:
  static Divisor<Index> length(const Shape& shape, int axis) {
    // An empty axis is never divided by.
    return Divisor<Index>(static_cast<Index>(std::max<std::int64_t>(1, shape[axis])));
  }
  /// Leaves the quotient in `element` and gives what is over.
  __device__ static Index take(Index& element, const Divisor<Index>& by) {
    const Index quotient = by.quotient(element), rest = element - quotient * by.divisor();
    element = quotient;
    return rest;
  }

  bool channels_last_;
  Divisor<Index> inner_, middle_, outer_;
};

/// How far apart neighbours lie.
template <class Index>
struct ImageSteps {
  Index image, channel, row, column;

  ImageSteps(const Shape& shape, bool channels_last)
      : image(static_cast<Index>(shape[1] * shape[2] * shape[3])),
        channel(channels_last ? 1 : static_cast<Index>(shape[2] * shape[3])),
        row(static_cast<Index>(channels_last ? shape[3] * shape[1] : shape[3])),
        column(channels_last ? static_cast<Index>(shape[1]) : 1) {}

  /// Where an image's channel begins.
  __device__ Index plane(const ImagePlace<Index>& at) const {
    return at.image * image + at.channel * channel;
  }
};

/// Calls f.operator()<Index>() with the narrowest type that counts the elements of both tensors and every
/// coordinate up to `farthest`.
template <class F>
void with_index(const Tensor& x, const Tensor& y, std::int64_t farthest, const F& f) {
  if (x.numel() < largest_index && y.numel() < largest_index && farthest < largest_index) {
    f.template operator()<std::uint32_t>();
  } else {
    f.template operator()<std::uint64_t>();
  }
}

/// An axis along which a window moves.
template <class Index>
struct WindowAxis {
  using Signed = std::make_signed_t<Index>;

  Signed kernel, padding, dilation, length, places;
  Divisor<Index> stride;

  WindowAxis(std::int64_t kernel, std::int64_t stride, std::int64_t padding, std::int64_t dilation,
             std::int64_t length, std::int64_t places)
      : kernel(static_cast<Signed>(kernel)),
        padding(static_cast<Signed>(padding)),
        dilation(static_cast<Signed>(dilation)),
        length(static_cast<Signed>(length)),
        places(static_cast<Signed>(places)),
        stride(static_cast<Index>(stride)) {}

  /// Where the window's first element is at a place; the others follow `dilation` apart.
  __device__ Signed first(Index place) const {
    return static_cast<Signed>(place * stride.divisor()) - padding;
  }
  __device__ bool holds(Signed at) const { return at >= 0 && at < length; }

  /// The places begin ... end-1 are those whose windows reach over `at`.
  __device__ Index begin(Index at) const {
    const Signed reached = static_cast<Signed>(at) + padding - dilation * (kernel - 1);
    return reached > 0 ? stride.quotient(static_cast<Index>(reached) + stride.divisor() - 1) : 0;
  }
  __device__ Index end(Index at) const {
    const Index last = stride.quotient(at + static_cast<Index>(padding)) + 1;
    return last < static_cast<Index>(places) ? last : static_cast<Index>(places);
  }
};

/// Both axes.
template <class Index>
struct WindowAxes {
  WindowAxis<Index> height, width;

  WindowAxes(const Window& window, const Pair& image, const Pair& places)
      : height(window.kernel.height, window.stride.height, window.padding.height, window.dilation.height,
               image.height, places.height),
        width(window.kernel.width, window.stride.width, window.padding.width, window.dilation.width,
              image.width, places.width) {}
};

/// The farthest coordinate that a window over such images has.
inline std::int64_t farthest(const Window& window, const Pair& image) {
  const auto along = [](std::int64_t length, std::int64_t kernel, std::int64_t stride, std::int64_t padding,
                        std::int64_t dilation) { return length + 2 * padding + dilation * kernel + stride; };
  return std::max(along(image.height, window.kernel.height, window.stride.height, window.padding.height,
                        window.dilation.height),
                  along(image.width, window.kernel.width, window.stride.width, window.padding.width,
                        window.dilation.width));
}

}  // namespace tinytorch::cuda
