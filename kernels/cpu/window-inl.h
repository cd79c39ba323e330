// Sliding windows over images: im2col and col2im, compiled once for each instruction set: see
// kernels/cpu/targets.h.

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

/// The output indices for which one element of the kernel, along one axis, is within the image: [begin, end).
/// For output index i it reads the image at i * stride + offset.
struct ValidRange {
  std::int64_t offset, begin, end;
};

HWY_INLINE ValidRange valid_range(std::int64_t kernel_index, std::int64_t stride, std::int64_t padding,
                                  std::int64_t dilation, std::int64_t length, std::int64_t output) {
  const std::int64_t offset = kernel_index * dilation - padding;
  // The first output index for which the kernel element is at input_index or after it.
  const auto first_output = [&](std::int64_t input_index) {
    return input_index <= offset ? 0 : std::min(output, (input_index - offset + stride - 1) / stride);
  };
  const std::int64_t begin = first_output(0);
  return {offset, begin, std::max(begin, first_output(length))};
}

/// A window, the size of the images that it slides over, and the size of the output.
struct WindowGeometry {
  Window window;
  Pair image, output;

  ValidRange row(std::int64_t kernel_index) const {
    return valid_range(kernel_index, window.stride.height, window.padding.height, window.dilation.height,
                       image.height, output.height);
  }
  ValidRange column(std::int64_t kernel_index) const {
    return valid_range(kernel_index, window.stride.width, window.padding.width, window.dilation.width,
                       image.width, output.width);
  }
  std::int64_t kernel_numel() const { return window.kernel.height * window.kernel.width; }
  std::int64_t positions() const { return output.height * output.width; }
  std::int64_t pixels() const { return image.height * image.width; }
};

/// columns [channels, kernel height, kernel width, output height, output width] = the element of the image
/// [channels, height, width] under each kernel element at each position of the window, 0 outside the image.
/// Both are contiguous.
template <class T>
void im2col(const WindowGeometry& geometry, std::int64_t channels, const T* image, T* columns) {
  const std::int64_t width = geometry.output.width, stride = geometry.window.stride.width;
  for (std::int64_t c = 0; c < channels; ++c, image += geometry.pixels()) {
    for (std::int64_t k = 0; k < geometry.kernel_numel(); ++k, columns += geometry.positions()) {
      const ValidRange row = geometry.row(k / geometry.window.kernel.width);
      const ValidRange column = geometry.column(k % geometry.window.kernel.width);
      for (std::int64_t i = 0; i < geometry.output.height; ++i) {
        T* to = columns + i * width;
        if (i < row.begin || i >= row.end) {
          std::fill_n(to, width, T(0));
          continue;
        }
        const T* from = image + (i * geometry.window.stride.height + row.offset) * geometry.image.width;
        std::fill_n(to, column.begin, T(0));
        for (std::int64_t j = column.begin; j < column.end; ++j) to[j] = from[j * stride + column.offset];
        std::fill_n(to + column.end, width - column.end, T(0));
      }
    }
  }
}

/// The transpose of im2col(): each element of the image is the sum of its elements in the columns, added in
/// the order of the kernel's elements.
template <class T>
void col2im(const WindowGeometry& geometry, std::int64_t channels, const T* columns, T* image) {
  const std::int64_t width = geometry.output.width, stride = geometry.window.stride.width;
  std::fill_n(image, channels * geometry.pixels(), T(0));
  for (std::int64_t c = 0; c < channels; ++c, image += geometry.pixels()) {
    for (std::int64_t k = 0; k < geometry.kernel_numel(); ++k, columns += geometry.positions()) {
      const ValidRange row = geometry.row(k / geometry.window.kernel.width);
      const ValidRange column = geometry.column(k % geometry.window.kernel.width);
      for (std::int64_t i = row.begin; i < row.end; ++i) {
        const T* from = columns + i * width;
        T* to = image + (i * geometry.window.stride.height + row.offset) * geometry.image.width;
        for (std::int64_t j = column.begin; j < column.end; ++j) to[j * stride + column.offset] += from[j];
      }
    }
  }
}

}  // namespace tinytorch::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
