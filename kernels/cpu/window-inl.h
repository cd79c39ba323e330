// Sliding windows over images: im2col and col2im, compiled once for each instruction set: see
// kernels/cpu/targets.h.

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>
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

  bool is_whole(std::int64_t output) const { return begin == 0 && end == output; }
};

HWY_INLINE ValidRange valid_range(std::int64_t kernel_index, std::int64_t stride, std::int64_t padding,
                                  std::int64_t dilation, std::int64_t length, std::int64_t output) {
  const std::int64_t offset = kernel_index * dilation - padding;
  // The first output index for which the kernel element is at input_index or after it.
  const auto first_output = [&](std::int64_t input_index) {
    if (input_index <= offset) return std::int64_t{0};
    const std::int64_t distance = input_index - offset;
    return std::min(output, stride == 1 ? distance : (distance + stride - 1) / stride);  // divides rarely
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

/// A range of indices: [begin, end).
struct IndexRange {
  std::int64_t begin, end;
};

/// The rows of an output for one kernel element: writes a range of them to `to`. For output index (i, j) it
/// reads image[offset + i * stride.height * image.width + j * stride.width], and 0 outside the valid ranges.
template <class T>
void copy_valid(const WindowGeometry& geometry, const ValidRange& row, const ValidRange& column,
                const IndexRange& positions, const T* image, T* to) {
  const std::int64_t width = geometry.output.width;
  const Pair stride = geometry.window.stride;
  for (std::int64_t at = positions.begin; at < positions.end;) {
    const std::int64_t i = at / width, first = at % width;
    const std::int64_t last = std::min(width, first + positions.end - at);
    const bool in_image = i >= row.begin && i < row.end;
    const std::int64_t begin = in_image ? std::clamp(column.begin, first, last) : last,
                       end = in_image ? std::clamp(column.end, begin, last) : last;
    const std::int64_t from = (i * stride.height + row.offset) * geometry.image.width + column.offset;
    std::fill(to, to + (begin - first), T(0));
    for (std::int64_t j = begin; j < end; ++j) to[j - first] = image[from + j * stride.width];
    std::fill(to + (end - first), to + (last - first), T(0));
    to += last - first;
    at += last - first;
  }
}

/// Short rows are copied in chunks of this many elements, the last of which may reach beyond the row.
inline constexpr std::int64_t kRowChunk = 16;

/// copy_valid() where all elements are valid; `image` begins at the first one.
template <std::int64_t kStride, class T>
void copy_chunks(std::int64_t row_stride, std::int64_t width, const IndexRange& positions, const T* image,
                 T* to) {
  std::int64_t first = positions.begin % width;
  image += positions.begin / width * row_stride;
  for (std::int64_t left = positions.end - positions.begin; left > 0; first = 0, image += row_stride) {
    const std::int64_t length = std::min(width - first, left);
    for (std::int64_t j = 0; j < length; j += kRowChunk) {
      const T* const from = image + (first + j) * kStride;
      T chunk[kRowChunk];
      for (std::int64_t l = 0; l < kRowChunk; ++l) chunk[l] = from[l * kStride];
      std::memcpy(to + j, chunk, sizeof(chunk));
    }
    to += length;
    left -= length;
  }
}

/// A range of the rows of columns[channels, kernel height, kernel width] = the elements of the image
/// [channels, height, width] under each kernel element at a range of the window's positions, in row-major
/// order, 0 outside the image. The image is contiguous. Chunks may be read beyond it, to the end of the span,
/// and written beyond the range of a row, but not of the last one.
template <class T>
void im2col(const WindowGeometry& geometry, std::span<const T> image, const IndexRange& rows,
            const IndexRange& positions, std::span<T> columns, std::int64_t row_stride) {
  const Pair kernel = geometry.window.kernel, output = geometry.output;
  const std::int64_t stride = geometry.window.stride.width, kernel_numel = geometry.kernel_numel();
  const std::int64_t image_stride = geometry.window.stride.height * geometry.image.width;
  // Behind what copy_chunks() may read and write, from the first element on.
  const std::int64_t read = (positions.end - 1) / output.width * image_stride +
                            (output.width + kRowChunk) * stride,
                     written = positions.end - positions.begin + kRowChunk;
  for (std::int64_t index = rows.begin; index < rows.end; ++index) {
    const std::int64_t channel = index / kernel_numel * geometry.pixels(), k = index % kernel_numel;
    const ValidRange row = geometry.row(k / kernel.width), column = geometry.column(k % kernel.width);
    const std::int64_t from = channel + row.offset * geometry.image.width + column.offset;
    const std::int64_t to = (index - rows.begin) * row_stride;
    const bool in_chunks = row.is_whole(output.height) && column.is_whole(output.width) &&
                           from + read <= std::ssize(image) && to + written <= std::ssize(columns);
    if (in_chunks && stride == 1) {
      copy_chunks<1>(image_stride, output.width, positions, image.data() + from, columns.data() + to);
    } else if (in_chunks && stride == 2) {
      copy_chunks<2>(image_stride, output.width, positions, image.data() + from, columns.data() + to);
    } else {
      copy_valid(geometry, row, column, positions, image.data() + channel, columns.data() + to);
    }
  }
}

/// im2col() of all rows at all positions, with contiguous columns.
template <class T>
void im2col(const WindowGeometry& geometry, std::int64_t channels, const T* image, T* columns) {
  const std::int64_t positions = geometry.positions(), rows = channels * geometry.kernel_numel();
  const auto numel = static_cast<std::size_t>(channels * geometry.pixels());
  const std::span<T> all(columns, static_cast<std::size_t>(rows * positions));
  im2col(geometry, std::span(image, numel), {0, rows}, {0, positions}, all, positions);
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
