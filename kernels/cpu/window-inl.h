// Sliding windows over images: im2col and col2im, compiled once for each instruction set: see
// kernels/cpu/targets.h.

#include <algorithm>
#include <cstdint>
#include <type_traits>

#include "core/ops/window.h"
#include "kernels/math/reduction.h"
#include "kernels/product.h"

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

/// A range of the window's positions, in row-major order: [begin, end).
struct PositionRange {
  std::int64_t begin, end;
};

/// Rows of columns[channels, kernel height, kernel width] = the elements of the image [channels, height,
/// width] under each kernel element at each of these positions of the window, 0 outside the image. The image
/// is contiguous.
template <class T>
void im2col(const WindowGeometry& geometry, std::int64_t channels, const T* image,
            const PositionRange& positions, T* columns, std::int64_t row_stride) {
  const std::int64_t width = geometry.output.width, stride = geometry.window.stride.width;
  for (std::int64_t c = 0; c < channels; ++c, image += geometry.pixels()) {
    for (std::int64_t k = 0; k < geometry.kernel_numel(); ++k, columns += row_stride) {
      const ValidRange row = geometry.row(k / geometry.window.kernel.width);
      const ValidRange column = geometry.column(k % geometry.window.kernel.width);
      for (std::int64_t at = positions.begin; at < positions.end;) {
        const std::int64_t i = at / width, first = at % width;
        const std::int64_t last = std::min(width, first + positions.end - at);
        T* const to = columns + (at - positions.begin);
        at += last - first;
        const bool in_image = i >= row.begin && i < row.end;
        const std::int64_t begin = in_image ? std::clamp(column.begin, first, last) : last,
                           end = in_image ? std::clamp(column.end, begin, last) : last;
        const std::int64_t from =
            (i * geometry.window.stride.height + row.offset) * geometry.image.width + column.offset;
        std::fill(to, to + (begin - first), T(0));
        for (std::int64_t j = begin; j < end; ++j) to[j - first] = image[from + j * stride];
        std::fill(to + (end - first), to + (last - first), T(0));
      }
    }
  }
}

/// im2col() at all positions, with contiguous columns.
template <class T>
void im2col(const WindowGeometry& geometry, std::int64_t channels, const T* image, T* columns) {
  im2col(geometry, channels, image, {0, geometry.positions()}, columns, geometry.positions());
}

/// True if the sums of col2im() are long, see kernels/product.h.
template <class T>
bool needs_errors(const WindowGeometry& geometry) {
  return std::is_same_v<T, float> && geometry.kernel_numel() > kExactChain;
}

/// The transpose of im2col(): each element of the image is the sum of its elements in the columns, added in
/// the order of the kernel's elements. `errors`, of the size of the image, is for the rounding errors of long
/// sums, and null if needs_errors() is false.
template <class T>
void col2im(const WindowGeometry& geometry, std::int64_t channels, const T* columns, T* image, T* errors) {
  const std::int64_t width = geometry.output.width, stride = geometry.window.stride.width;
  const std::int64_t numel = channels * geometry.pixels();
  std::fill_n(image, numel, T(0));
  if (errors != nullptr) std::fill_n(errors, numel, T(0));
  for (std::int64_t c = 0; c < channels; ++c) {
    for (std::int64_t k = 0; k < geometry.kernel_numel(); ++k, columns += geometry.positions()) {
      const ValidRange row = geometry.row(k / geometry.window.kernel.width);
      const ValidRange column = geometry.column(k % geometry.window.kernel.width);
      for (std::int64_t i = row.begin; i < row.end; ++i) {
        const T* from = columns + i * width;
        const std::int64_t line = c * geometry.image.height + i * geometry.window.stride.height + row.offset;
        const std::int64_t first = line * geometry.image.width + column.offset;
        if (errors != nullptr) {
          for (std::int64_t j = column.begin; j < column.end; ++j)
            math::add_compensated(from[j], image[first + j * stride], errors[first + j * stride]);
        } else {
          for (std::int64_t j = column.begin; j < column.end; ++j) image[first + j * stride] += from[j];
        }
      }
    }
  }
  for (std::int64_t i = 0; errors != nullptr && i < numel; ++i)
    image[i] = math::corrected(image[i], errors[i]);
}

}  // namespace tinytorch::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
