// Where a moving window meets an image, compiled once for each instruction set: see kernels/cpu/targets.h.

#include <algorithm>
#include <cstdint>

#include "core/ops/window.h"

#if defined(TINYTORCH_CPU_WINDOW_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef TINYTORCH_CPU_WINDOW_INL_H
#undef TINYTORCH_CPU_WINDOW_INL_H
#else
#define TINYTORCH_CPU_WINDOW_INL_H
#endif

HWY_BEFORE_NAMESPACE();
namespace tinytorch::cpu::HWY_NAMESPACE {

/// Along one axis, one element of a window: it lies at place * stride + offset of the image, which is within
/// the image for the places begin ... end-1 only.
struct Tap {
  std::int64_t offset, begin, end;
};

HWY_INLINE Tap make_tap(std::int64_t element, std::int64_t stride, std::int64_t padding,
                        std::int64_t dilation, std::int64_t length, std::int64_t places) {
  const std::int64_t offset = element * dilation - padding;
  const auto first_at = [&](std::int64_t at) {  // the first place at or behind `at`
    return at <= offset ? 0 : std::min(places, (at - offset + stride - 1) / stride);
  };
  const std::int64_t begin = first_at(0);
  return {offset, begin, std::max(begin, first_at(length))};
}

/// The images that a window moves over, of one size, and its places.
struct Sweep {
  Window window;
  Pair image, places;

  Tap row(std::int64_t element) const {
    return make_tap(element, window.stride.height, window.padding.height, window.dilation.height,
                    image.height, places.height);
  }
  Tap column(std::int64_t element) const {
    return make_tap(element, window.stride.width, window.padding.width, window.dilation.width, image.width,
                    places.width);
  }
  std::int64_t elements() const { return window.kernel.height * window.kernel.width; }
  std::int64_t positions() const { return places.height * places.width; }
  std::int64_t pixels() const { return image.height * image.width; }
};

/// columns [channels, kernel height, kernel width, places height, places width] = what each element of the
/// window sees in the image [channels, height, width] at each place, 0 outside. Both without gaps.
template <class T>
void image_to_columns(const Sweep& sweep, std::int64_t channels, const T* image, T* columns) {
  const std::int64_t width = sweep.places.width, step = sweep.window.stride.width;
  for (std::int64_t c = 0; c < channels; ++c, image += sweep.pixels()) {
    for (std::int64_t k = 0; k < sweep.elements(); ++k, columns += sweep.positions()) {
      const Tap row = sweep.row(k / sweep.window.kernel.width);
      const Tap column = sweep.column(k % sweep.window.kernel.width);
      for (std::int64_t i = 0; i < sweep.places.height; ++i) {
        T* to = columns + i * width;
        if (i < row.begin || i >= row.end) {
          std::fill_n(to, width, T(0));
          continue;
        }
        const T* from = image + (i * sweep.window.stride.height + row.offset) * sweep.image.width;
        std::fill_n(to, column.begin, T(0));
        for (std::int64_t j = column.begin; j < column.end; ++j) to[j] = from[j * step + column.offset];
        std::fill_n(to + column.end, width - column.end, T(0));
      }
    }
  }
}

/// The transpose: each element of the image is the sum of what its columns hold, in the order of the window's
/// elements.
template <class T>
void columns_to_image(const Sweep& sweep, std::int64_t channels, const T* columns, T* image) {
  const std::int64_t width = sweep.places.width, step = sweep.window.stride.width;
  std::fill_n(image, channels * sweep.pixels(), T(0));
  for (std::int64_t c = 0; c < channels; ++c, image += sweep.pixels()) {
    for (std::int64_t k = 0; k < sweep.elements(); ++k, columns += sweep.positions()) {
      const Tap row = sweep.row(k / sweep.window.kernel.width);
      const Tap column = sweep.column(k % sweep.window.kernel.width);
      for (std::int64_t i = row.begin; i < row.end; ++i) {
        const T* from = columns + i * width;
        T* to = image + (i * sweep.window.stride.height + row.offset) * sweep.image.width;
        for (std::int64_t j = column.begin; j < column.end; ++j) to[j * step + column.offset] += from[j];
      }
    }
  }
}

}  // namespace tinytorch::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
