#include "core/ops/pooling_kernels.h"
#include "kernels/cpu/image_blocks.h"
#include "kernels/math/comparison.h"
#include "kernels/math/reduction.h"
#include "kernels/register.h"

#include <limits>
#include <vector>

// Compiled once more for each instruction set; see kernels/cpu/targets.h.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/max_pool.cpp"
#include "kernels/cpu/targets.h"

#include <hwy/foreach_target.h>

#include <hwy/highway.h>

#include "kernels/cpu/window-inl.h"

HWY_BEFORE_NAMESPACE();
namespace tinytorch::cpu::HWY_NAMESPACE {
namespace {

/// So many neighbouring results are worked on together: of a row, or channels of one pixel.
constexpr std::int64_t kLine = 128;

/// The largest elements so far for a line of results, and their places in the image; -1 for none.
template <class T>
struct Line {
  T best[kLine];
  std::int64_t place[kLine];

  void clear(std::int64_t n) {
    std::fill_n(best, n, -std::numeric_limits<T>::infinity());
    std::fill_n(place, n, -1);
  }

  /// One element for each of the results begin ... end-1: x[start + i step], whose place is first + i
  /// place_step.
  void offer(std::int64_t begin, std::int64_t end, const T* x, std::int64_t start, std::int64_t step,
             std::int64_t first, std::int64_t place_step) {
    for (std::int64_t i = begin; i < end; ++i) {
      const T candidate = x[start + i * step];
      const bool better = math::more_extreme<math::Greater>(candidate, best[i]) | (place[i] < 0);
      best[i] = better ? candidate : best[i];
      place[i] = better ? first + i * place_step : place[i];
    }
  }
};

/// The window over one image with one channel, or over a block of channels that lie side by side.
template <class T>
class Pool {
 public:
  Pool(const Sweep& sweep, const ImageSteps& from, const ImageSteps& to)
      : sweep_(sweep), from_(from), to_(to) {
    for (std::int64_t k = 0; k < sweep.window.kernel.height; ++k) rows_.push_back(sweep.row(k));
    for (std::int64_t k = 0; k < sweep.window.kernel.width; ++k) columns_.push_back(sweep.column(k));
  }

  /// `places` may be null: not wanted.
  void run_plane(const T* x, T* y, std::int64_t* places) const {
    for (std::int64_t i = 0; i < sweep_.places.height; ++i) {
      for (std::int64_t j = 0; j < sweep_.places.width; j += kLine) {
        const std::int64_t n = std::min(kLine, sweep_.places.width - j);
        const std::int64_t at = i * sweep_.places.width + j;
        run_row(x, i, j, n, y + at, places != nullptr ? places + at : nullptr);
      }
    }
  }

  /// `channels` is at most kLine.
  void run_channels(const T* x, std::int64_t channels, T* y, std::int64_t* places) const {
    for (std::int64_t position = 0; position < sweep_.positions(); ++position) {
      const std::int64_t at = position * to_.pixel;
      run_pixel(x, channels, position / sweep_.places.width, position % sweep_.places.width, y + at,
                places != nullptr ? places + at : nullptr);
    }
  }

 private:
  /// Places (i, j) ... (i, j + n - 1).
  void run_row(const T* x, std::int64_t i, std::int64_t j, std::int64_t n, T* y, std::int64_t* places) const {
    Line<T> line;
    line.clear(n);
    const std::int64_t step = sweep_.window.stride.width;
    for (const Tap& row : rows_) {
      if (i < row.begin || i >= row.end) continue;
      for (const Tap& column : columns_) {
        const std::int64_t first = pixel(row, column, i, j);
        line.offer(std::max<std::int64_t>(0, column.begin - j), std::min(n, column.end - j), x, first, step,
                   first, step);
      }
    }
    finish(line, n, y, places);
  }

  void run_pixel(const T* x, std::int64_t channels, std::int64_t i, std::int64_t j, T* y,
                 std::int64_t* places) const {
    Line<T> line;
    line.clear(channels);
    for (const Tap& row : rows_) {
      if (i < row.begin || i >= row.end) continue;
      for (const Tap& column : columns_) {
        if (j < column.begin || j >= column.end) continue;
        const std::int64_t at = pixel(row, column, i, j);
        line.offer(0, channels, x, at * from_.pixel, 1, at, 0);
      }
    }
    finish(line, channels, y, places);
  }

  /// Which pixel of the image an element of the window sees at place (i, j).
  std::int64_t pixel(const Tap& row, const Tap& column, std::int64_t i, std::int64_t j) const {
    return (i * sweep_.window.stride.height + row.offset) * sweep_.image.width +
           j * sweep_.window.stride.width + column.offset;
  }

  static void finish(const Line<T>& line, std::int64_t n, T* y, std::int64_t* places) {
    std::copy_n(line.best, n, y);
    if (places != nullptr) std::copy_n(line.place, n, places);
  }

  Sweep sweep_;
  ImageSteps from_, to_;
  std::vector<Tap> rows_, columns_;  // of the window's elements
};

void max_pool2d(const Tensor& x, const Window& window, Tensor& places, Tensor& y) {
  const bool last = in_channels_last(x, y);
  const Sweep sweep{.window = window, .image = image_size(x.shape()), .places = image_size(y.shape())};
  const ImageSteps from(x.shape(), last), to(y.shape(), last);
  auto* const to_places = static_cast<std::int64_t*>(places.raw_data());
  dispatch<FloatingTypes>(x.dtype(), [&]<class T>() {
    const Pool<T> pool(sweep, from, to);
    const T* const data = x.data<T>();
    T* const result = y.data<T>();
    for_each_channel_block(x.shape(), last, sweep.positions() * sweep.elements(),
                           [&](std::int64_t n, std::int64_t first, std::int64_t channels) {
                             const T* image = data + n * from.image + first * from.channel;
                             const std::int64_t at = n * to.image + first * to.channel;
                             std::int64_t* const own_places = to_places != nullptr ? to_places + at : nullptr;
                             if (last) {
                               pool.run_channels(image, channels, result + at, own_places);
                             } else {
                               pool.run_plane(image, result + at, own_places);
                             }
                           });
  });
}

/// Calls f(element of the pooled images, element of the others) for each of the former, -1 where its place
/// is; all that fall into one image and channel in one thread and in their order.
template <class F>
void for_each_place(const Tensor& pooled, const Tensor& places, const Tensor& images, const F& f) {
  const bool last = in_channels_last(pooled, images);
  const ImageSteps of_pooled(pooled.shape(), last), of_images(images.shape(), last);
  const std::int64_t positions = pooled.shape()[2] * pooled.shape()[3];
  const std::int64_t* const place = places.data<std::int64_t>();
  for_each_channel_block(pooled.shape(), last, positions,
                         [&](std::int64_t n, std::int64_t first, std::int64_t channels) {
                           for (std::int64_t position = 0; position < positions; ++position) {
                             for (std::int64_t c = first; c < first + channels; ++c) {
                               const std::int64_t from =
                                   n * of_pooled.image + c * of_pooled.channel + position * of_pooled.pixel;
                               const std::int64_t channel = n * of_images.image + c * of_images.channel;
                               f(from, place[from] < 0 ? -1 : channel + place[from] * of_images.pixel);
                             }
                           }
                         });
}

void max_pool2d_at(const Tensor& x, const Tensor& places, Tensor& y) {
  dispatch<FloatingTypes>(x.dtype(), [&]<class T>() {
    const T* const from = x.data<T>();
    T* const to = y.data<T>();
    for_each_place(y, places, x, [&](std::int64_t pooled, std::int64_t image) {
      to[pooled] = image < 0 ? T(0) : from[image];
    });
  });
}

void max_pool2d_gradient(const Tensor& grad, const Tensor& places, const Window&, Tensor& dx) {
  dispatch<FloatingTypes>(grad.dtype(), [&]<class T>() {
    const T* const from = grad.data<T>();
    T* const to = dx.data<T>();
    std::fill_n(to, dx.numel(), T(0));
    for_each_place(grad, places, dx, [&](std::int64_t pooled, std::int64_t image) {
      if (image >= 0) to[image] += from[pooled];
    });
  });
}

void register_kernels() {
  constexpr auto kCpu = DeviceType::cpu;
  kernels::max_pool2d.set(kCpu, max_pool2d);
  kernels::max_pool2d_at.set(kCpu, max_pool2d_at);
  kernels::max_pool2d_gradient.set(kCpu, max_pool2d_gradient);
}

}  // namespace
}  // namespace tinytorch::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tinytorch::cpu {
HWY_EXPORT(register_kernels);
void register_max_pool() { HWY_DYNAMIC_DISPATCH(register_kernels)(); }
}  // namespace tinytorch::cpu
#endif
