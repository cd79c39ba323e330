#include "core/internal/object_pool.h"
#include "core/ops/creation.h"
#include "core/ops/pooling_kernels.h"
#include "kernels/cpu/image_blocks.h"
#include "kernels/math/comparison.h"
#include "kernels/math/reduction.h"
#include "kernels/math/resampling.h"
#include "kernels/register.h"

#include <limits>

// Compiled once more for each instruction set; see kernels/cpu/targets.h.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/max_pool.cpp"
#include "kernels/cpu/targets.h"

#include <hwy/foreach_target.h>

#include <hwy/highway.h>

#include "kernels/cpu/reduce-inl.h"
#include "kernels/cpu/window-inl.h"

HWY_BEFORE_NAMESPACE();
namespace tinytorch::cpu::HWY_NAMESPACE {
namespace {

/// The number of neighbouring outputs that are computed together: of a row, or channels of one pixel.
constexpr std::int64_t kLineLength = 128;

/// The largest elements so far for a line of outputs, and their indices in the image; -1 for none.
template <class T>
struct RunningMaximum {
  T maximum[kLineLength];
  std::int64_t index[kLineLength];

  void clear(std::int64_t n) {
    std::fill_n(maximum, n, -std::numeric_limits<T>::infinity());
    std::fill_n(index, n, -1);
  }

  /// Updates output i in [begin, end) by the element x[start + i * stride] at index first + i * index_stride.
  void update(std::int64_t begin, std::int64_t end, const T* x, std::int64_t start, std::int64_t stride,
              std::int64_t first, std::int64_t index_stride) {
    for (std::int64_t i = begin; i < end; ++i) {
      const T candidate = x[start + i * stride];
      const bool is_larger = math::more_extreme<math::Greater>(candidate, maximum[i]) | (index[i] < 0);
      maximum[i] = is_larger ? candidate : maximum[i];
      index[i] = is_larger ? first + i * index_stride : index[i];
    }
  }

  /// update() without indices.
  void update_maximum(std::int64_t begin, std::int64_t end, const T* x, std::int64_t start,
                      std::int64_t stride) {
    if (stride == 1) return update_maximum<1>(begin, end, x, start, stride);
    if (stride == 2) return update_maximum<2>(begin, end, x, start, stride);
    update_maximum<0>(begin, end, x, start, stride);
  }

 private:
  /// @tparam kStride  the stride if it is not 0: compilers have vectors for small ones
  template <std::int64_t kStride>
  void update_maximum(std::int64_t begin, std::int64_t end, const T* x, std::int64_t start,
                      std::int64_t stride) {
    INDEPENDENT
    for (std::int64_t i = begin; i < end; ++i) {
      const T candidate = x[start + i * (kStride != 0 ? kStride : stride)];
      const bool is_larger = (candidate > maximum[i]) | (candidate != candidate);
      maximum[i] = is_larger ? candidate : maximum[i];
    }
  }
};

/// The first of the largest elements of a window of an image whose rows are long: vectors find the largest of
/// a block of neighbours.
template <class T>
class FirstMaximum {
 public:
  explicit FirstMaximum(const T* x) : x_(x) {}

  /// Adds the neighbours at indices in [begin, end). Those that follow the last ones are read with them.
  void add(std::int64_t begin, std::int64_t end) {
    if (begin != end_) {
      read();
      begin_ = begin;
    }
    end_ = end;
  }
  /// Reads what was added last.
  void read() {
    for (; begin_ < end_; begin_ += kBlock) {
      const T largest =
          fold_row<ExtremeFold<T, math::Greater>>(x_ + begin_, 1, std::min(kBlock, end_ - begin_));
      if (block_ >= 0 && !math::more_extreme<math::Greater>(largest, maximum_)) continue;
      maximum_ = largest;
      block_ = begin_;
    }
  }

  // Of what was read: -infinity and -1 if nothing was.
  T maximum() const { return maximum_; }
  std::int64_t index() const {
    std::int64_t at = block_;
    if (at >= 0) {
      while (x_[at] != maximum_ && (maximum_ == maximum_ || x_[at] == x_[at])) ++at;
    }
    return at;
  }

 private:
  static constexpr std::int64_t kBlock = 256;

  const T* x_;
  std::int64_t begin_ = 0, end_ = 0;
  T maximum_ = -std::numeric_limits<T>::infinity();
  std::int64_t block_ = -1;  // the index where the block of the maximum begins
};

/// Max pooling of one image with one channel, or with a block of channels (channels-last).
template <class T>
class MaxPooling {
 public:
  MaxPooling(const WindowGeometry& geometry, const ImageStrides& from, const ImageStrides& to)
      : geometry_(geometry), from_(from), to_(to) {
    for (std::int64_t k = 0; k < geometry.window.kernel.height; ++k) rows_.push_back(geometry.row(k));
    for (std::int64_t k = 0; k < geometry.window.kernel.width; ++k) columns_.push_back(geometry.column(k));
  }

  /// `indices` may be null: not wanted.
  void run_plane(const T* x, T* y, std::int64_t* indices) const {
    if (has_long_rows()) return run_windows(x, y, indices);
    for (std::int64_t i = 0; i < geometry_.output.height; ++i) {
      for (std::int64_t j = 0; j < geometry_.output.width; j += kLineLength) {
        const std::int64_t n = std::min(kLineLength, geometry_.output.width - j);
        const std::int64_t at = i * geometry_.output.width + j;
        run_row(x, i, j, n, y + at, indices != nullptr ? indices + at : nullptr);
      }
    }
  }

  /// `channels` is at most kLineLength.
  void run_channels(const T* x, std::int64_t channels, T* y, std::int64_t* indices) const {
    for (std::int64_t position = 0; position < geometry_.positions(); ++position) {
      const std::int64_t at = position * to_.pixel;
      run_pixel(x, channels, position / geometry_.output.width, position % geometry_.output.width, y + at,
                indices != nullptr ? indices + at : nullptr);
    }
  }

 private:
  /// True where vectors along the rows of a window are worth more than those along a line of outputs.
  bool has_long_rows() const {
    constexpr std::int64_t kLong = 16, kShort = 8;
    return geometry_.window.kernel.width >= kLong && geometry_.window.dilation.width == 1 &&
           (geometry_.window.stride.width >= kShort || geometry_.output.width < kShort);
  }

  void run_windows(const T* x, T* y, std::int64_t* indices) const {
    const Window& window = geometry_.window;
    for (std::int64_t at = 0; at < geometry_.positions(); ++at) {
      const std::int64_t i = at / geometry_.output.width, j = at % geometry_.output.width,
                         column = j * window.stride.width - window.padding.width,
                         begin = std::max<std::int64_t>(0, column),
                         end = std::min(geometry_.image.width, column + window.kernel.width);
      FirstMaximum<T> result(x);
      for (const ValidRange& row : rows_) {
        if (i < row.begin || i >= row.end || begin >= end) continue;
        const std::int64_t line = (i * window.stride.height + row.offset) * geometry_.image.width;
        result.add(line + begin, line + end);
      }
      result.read();
      y[at] = result.maximum();
      if (indices != nullptr) indices[at] = result.index();
    }
  }

  /// Outputs (i, j) ... (i, j + n - 1).
  void run_row(const T* x, std::int64_t i, std::int64_t j, std::int64_t n, T* y,
               std::int64_t* indices) const {
    RunningMaximum<T> result;
    result.clear(n);
    const std::int64_t stride = geometry_.window.stride.width;
    for (const ValidRange& row : rows_) {
      if (i < row.begin || i >= row.end) continue;
      for (const ValidRange& column : columns_) {
        const std::int64_t first = pixel(row, column, i, j),
                           begin = std::max<std::int64_t>(0, column.begin - j),
                           end = std::min(n, column.end - j);
        if (indices != nullptr) {
          result.update(begin, end, x, first, stride, first, stride);
        } else {
          result.update_maximum(begin, end, x, first, stride);
        }
      }
    }
    finish(result, n, y, indices);
  }

  void run_pixel(const T* x, std::int64_t channels, std::int64_t i, std::int64_t j, T* y,
                 std::int64_t* indices) const {
    RunningMaximum<T> result;
    result.clear(channels);
    for (const ValidRange& row : rows_) {
      if (i < row.begin || i >= row.end) continue;
      for (const ValidRange& column : columns_) {
        if (j < column.begin || j >= column.end) continue;
        const std::int64_t at = pixel(row, column, i, j);
        if (indices != nullptr) {
          result.update(0, channels, x, at * from_.pixel, 1, at, 0);
        } else {
          result.update_maximum(0, channels, x, at * from_.pixel, 1);
        }
      }
    }
    finish(result, channels, y, indices);
  }

  /// The pixel of the image under an element of the window for output (i, j).
  std::int64_t pixel(const ValidRange& row, const ValidRange& column, std::int64_t i, std::int64_t j) const {
    return (i * geometry_.window.stride.height + row.offset) * geometry_.image.width +
           j * geometry_.window.stride.width + column.offset;
  }

  static void finish(const RunningMaximum<T>& result, std::int64_t n, T* y, std::int64_t* indices) {
    std::copy_n(result.maximum, n, y);
    if (indices != nullptr) std::copy_n(result.index, n, indices);
  }

  WindowGeometry geometry_;
  ImageStrides from_, to_;
  PoolVector<ValidRange> rows_, columns_;  // of the kernel's elements
};

void max_pool2d(const Tensor& x, const Window& window, Tensor& indices, Tensor& y) {
  const bool last = in_channels_last(x, y);
  const WindowGeometry geometry{
      .window = window, .image = image_size(x.shape()), .output = image_size(y.shape())};
  const ImageStrides from(x.shape(), last), to(y.shape(), last);
  auto* const indices_data = static_cast<std::int64_t*>(indices.raw_data());
  dispatch<FloatingTypes>(x.dtype(), [&]<class T>() {
    const MaxPooling<T> pool(geometry, from, to);
    const T* const data = x.data<T>();
    T* const result = y.data<T>();
    for_each_channel_block(x.shape(), last, geometry.positions() * geometry.kernel_numel(),
                           [&](std::int64_t n, std::int64_t first, std::int64_t channels) {
                             const T* image = data + n * from.image + first * from.channel;
                             const std::int64_t at = n * to.image + first * to.channel;
                             std::int64_t* const block_indices =
                                 indices_data != nullptr ? indices_data + at : nullptr;
                             if (last) {
                               pool.run_channels(image, channels, result + at, block_indices);
                             } else {
                               pool.run_plane(image, result + at, block_indices);
                             }
                           });
  });
}

/// The bins of one image and channel.
template <class T>
void adaptive_max_indices(const T* x, const Pair& image, const Pair& bins, std::int64_t* indices) {
  for (std::int64_t i = 0; i < bins.height; ++i) {
    const math::AdaptiveBin rows(i, bins.height, image.height);
    for (std::int64_t j = 0; j < bins.width; ++j) {
      const math::AdaptiveBin columns(j, bins.width, image.width);
      FirstMaximum<T> result(x);
      for (std::int64_t row = rows.begin; row < rows.end; ++row)
        result.add(row * image.width + columns.begin, row * image.width + columns.end);
      result.read();
      *indices++ = result.index();
    }
  }
}

void adaptive_max_pool2d(const Tensor& x, Tensor& indices) {
  const Tensor rows = contiguous(x);
  const Pair image = image_size(x.shape()), bins = image_size(indices.shape());
  const std::int64_t pixels = image.height * image.width, results = bins.height * bins.width;
  in_rows(indices, [&](Tensor& to) {
    auto* const to_indices = to.data<std::int64_t>();
    dispatch<FloatingTypes>(x.dtype(), [&]<class T>() {
      const T* const planes = rows.data<T>();
      for_each_channel_block(
          x.shape(), false, pixels, [&](std::int64_t n, std::int64_t channel, std::int64_t) {
            const std::int64_t plane = n * x.shape()[1] + channel;
            adaptive_max_indices(planes + plane * pixels, image, bins, to_indices + plane * results);
          });
    });
  });
}

/// Calls f(element of the pooled images, the element of the images that its index names or -1) for each
/// element of the pooled images. Those of one image and channel are visited by one thread and in order.
template <class F>
void for_each_index(const Tensor& pooled, const Tensor& indices, const Tensor& images, const F& f) {
  const bool last = in_channels_last(pooled, images);
  const ImageStrides of_pooled(pooled.shape(), last), of_images(images.shape(), last);
  const std::int64_t positions = pooled.shape()[2] * pooled.shape()[3];
  const std::int64_t* const index = indices.data<std::int64_t>();
  for_each_channel_block(pooled.shape(), last, positions,
                         [&](std::int64_t n, std::int64_t first, std::int64_t channels) {
                           for (std::int64_t position = 0; position < positions; ++position) {
                             for (std::int64_t c = first; c < first + channels; ++c) {
                               const std::int64_t from =
                                   n * of_pooled.image + c * of_pooled.channel + position * of_pooled.pixel;
                               const std::int64_t channel = n * of_images.image + c * of_images.channel;
                               f(from, index[from] < 0 ? -1 : channel + index[from] * of_images.pixel);
                             }
                           }
                         });
}

void max_pool2d_at(const Tensor& x, const Tensor& indices, Tensor& y) {
  dispatch<FloatingTypes>(x.dtype(), [&]<class T>() {
    const T* const from = x.data<T>();
    T* const to = y.data<T>();
    for_each_index(y, indices, x, [&](std::int64_t pooled, std::int64_t image) {
      to[pooled] = image < 0 ? T(0) : from[image];
    });
  });
}

/// An element of the image may be the maximum of all windows that span it: a long sum if these are many.
void max_pool2d_gradient(const Tensor& grad, const Tensor& indices, const Window& window, Tensor& dx) {
  dispatch<FloatingTypes>(grad.dtype(), [&]<class T>() {
    const bool is_long = std::is_same_v<T, float> && window.kernel.height * window.kernel.width > kExactChain;
    Tensor errors = is_long ? zeros({dx.numel()}, {.dtype = dtype_of<T>}) : Tensor();
    T* const image_errors = is_long ? errors.data<T>() : nullptr;
    const T* const from = grad.data<T>();
    T* const to = dx.data<T>();
    std::fill_n(to, dx.numel(), T(0));
    for_each_index(grad, indices, dx, [&](std::int64_t pooled, std::int64_t image) {
      if (image < 0) return;
      if (is_long) {
        math::add_compensated(from[pooled], to[image], image_errors[image]);
      } else {
        to[image] += from[pooled];
      }
    });
    for (std::int64_t i = 0; is_long && i < dx.numel(); ++i) to[i] = math::corrected(to[i], image_errors[i]);
  });
}

void register_max_pool_kernels() {
  constexpr auto kCpu = DeviceType::cpu;
  kernels::max_pool2d.set(kCpu, max_pool2d);
  kernels::adaptive_max_pool2d.set(kCpu, adaptive_max_pool2d);
  kernels::max_pool2d_at.set(kCpu, max_pool2d_at);
  kernels::max_pool2d_gradient.set(kCpu, max_pool2d_gradient);
}

}  // namespace
}  // namespace tinytorch::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tinytorch::cpu {
HWY_EXPORT(register_max_pool_kernels);
void register_max_pool() { HWY_DYNAMIC_DISPATCH(register_max_pool_kernels)(); }
}  // namespace tinytorch::cpu
#endif
