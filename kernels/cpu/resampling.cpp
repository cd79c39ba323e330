#include "kernels/math/resampling.h"
#include "core/internal/object_pool.h"
#include "core/ops/copy_kernels.h"
#include "core/ops/resampling_kernels.h"
#include "core/ops/shape.h"
#include "kernels/cpu/image_blocks.h"
#include "kernels/register.h"

#include <algorithm>

// Compiled once more for each instruction set; see kernels/cpu/targets.h.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/resampling.cpp"
#include "kernels/cpu/targets.h"

#include <hwy/foreach_target.h>

#include <hwy/highway.h>

#include "kernels/cpu/reduce-inl.h"

HWY_BEFORE_NAMESPACE();
namespace tinytorch::cpu::HWY_NAMESPACE {
namespace {

/// The weights of resampling along one axis: output i is the weighted sum of the inputs in ranges[i], whose
/// weights are at weights_of(i).
struct AxisWeights {
  struct Range {
    std::int64_t begin, end, first_weight;
  };
  PoolVector<Range> ranges;
  PoolVector<double> values;

  void add(std::int64_t begin, std::int64_t end) {
    ranges.push_back({begin, end, static_cast<std::int64_t>(values.size())});
  }
  const double* weights_of(std::int64_t i) const {
    return values.data() + ranges[static_cast<std::size_t>(i)].first_weight;
  }
};

AxisWeights forward_weights(const kernels::AxisResampling& axis) {
  AxisWeights weights;
  for (std::int64_t i = 0; i < axis.to; ++i) {
    const math::Taps taps = math::taps(axis, i);
    weights.add(taps.begin, taps.end);
    for (std::int64_t index = taps.begin; index < taps.end; ++index)
      weights.values.push_back(taps.weight(index));
  }
  return weights;
}

/// The transpose: for each element of the input, the outputs that it contributes to.
AxisWeights transposed_weights(const kernels::AxisResampling& axis) {
  AxisWeights weights;
  std::int64_t begin = 0, end = 0;
  for (std::int64_t index = 0; index < axis.from; ++index) {
    while (begin < axis.to && math::taps(axis, begin).end <= index) ++begin;
    end = std::max(begin, end);
    while (end < axis.to && math::taps(axis, end).begin <= index) ++end;
    weights.add(begin, end);
    for (std::int64_t i = begin; i < end; ++i) weights.values.push_back(math::taps(axis, i).weight(index));
  }
  return weights;
}

/// One output pixel of up to kChannelBlock channels, summed in f64.
template <class T>
void resample_pixel(const AxisWeights& rows, const AxisWeights& columns, std::int64_t i, std::int64_t j,
                    const T* x, std::int64_t width, std::int64_t pixel_stride, std::int64_t channels, T* y) {
  double total[kChannelBlock];
  std::fill_n(total, channels, 0.0);
  const AxisWeights::Range &row = rows.ranges[static_cast<std::size_t>(i)],
                           &column = columns.ranges[static_cast<std::size_t>(j)];
  const double* row_weight = rows.weights_of(i);
  for (std::int64_t r = row.begin; r < row.end; ++r, ++row_weight) {
    const double* column_weight = columns.weights_of(j);
    for (std::int64_t c = column.begin; c < column.end; ++c, ++column_weight) {
      const double weight = *row_weight * *column_weight;
      const T* from = x + (r * width + c) * pixel_stride;
      for (std::int64_t k = 0; k < channels; ++k) total[k] += weight * static_cast<double>(from[k]);
    }
  }
  for (std::int64_t k = 0; k < channels; ++k) y[k] = static_cast<T>(total[k]);
}

/// to[k] = the sum over rows of their weights times x[row * width + k].
template <class T>
void add_rows(const AxisWeights::Range& rows, const double* weights, const T* x, std::int64_t width,
              std::int64_t n, double* to) {
  constexpr std::int64_t kLanes = kHasVectors ? HWY_LANES(double) : 1;
  std::int64_t k = 0;
  if constexpr (kHasVectors) {
    for (; k + kLanes <= n; k += kLanes) {
      Vector<double> total(0.0);
      for (std::int64_t r = rows.begin; r < rows.end; ++r)
        total = fma(Vector<double>(weights[r - rows.begin]), load_as<double>(x + r * width + k), total);
      total.store(to + k);
    }
  }
  for (; k < n; ++k) {
    to[k] = 0;
    for (std::int64_t r = rows.begin; r < rows.end; ++r)
      to[k] = math::fma(weights[r - rows.begin], static_cast<double>(x[r * width + k]), to[k]);
  }
}

/// Resamples an image of one channel, in row-major order: the rows first, into a buffer of some columns.
template <class T>
class PlaneResampling {
 public:
  PlaneResampling(const AxisWeights& rows, const AxisWeights& columns, std::int64_t width)
      : rows_(rows), columns_(columns), width_(width) {
    for (std::int64_t j = 0; j < static_cast<std::int64_t>(columns.ranges.size()); ++j) {
      const std::int64_t taps = column(j).end - column(j).begin;
      if (runs_.empty() || runs_.back().taps != taps) runs_.push_back({.end = j, .taps = taps});
      ++runs_.back().end;
    }
  }

  void operator()(const T* x, T* y) const {
    const auto height = static_cast<std::int64_t>(rows_.ranges.size()),
               y_width = static_cast<std::int64_t>(columns_.ranges.size());
    for (std::int64_t i = 0; i < height; ++i, y += y_width) {
      if (i > 0 && is_repeated(i)) {
        std::copy_n(y - y_width, y_width, y);
      } else {
        for (std::int64_t j = 0; j < y_width;) j = write_some(i, j, y_width, x, y);
      }
    }
  }

 private:
  static constexpr std::int64_t kBuffer = 1024;

  /// Whether row i of the result is row i - 1 again, as in an enlargement by the nearest elements.
  bool is_repeated(std::int64_t i) const {
    const AxisWeights::Range &range = rows_.ranges[static_cast<std::size_t>(i)],
                             &last = rows_.ranges[static_cast<std::size_t>(i - 1)];
    return range.begin == last.begin && range.end == last.end &&
           std::equal(rows_.weights_of(i), rows_.weights_of(i) + range.end - range.begin,
                      rows_.weights_of(i - 1));
  }

  const AxisWeights::Range& column(std::int64_t j) const {
    return columns_.ranges[static_cast<std::size_t>(j)];
  }

  /// Writes the outputs from column j on for which the buffer has room, at least one.
  /// @return  the next column
  std::int64_t write_some(std::int64_t i, std::int64_t j, std::int64_t y_width, const T* x, T* y) const {
    const std::int64_t begin = column(j).begin;
    if (column(j).end - begin > kBuffer) {
      y[j] = static_cast<T>(wide_output(i, j, x));
      return j + 1;
    }
    std::int64_t next = j + 1;
    while (next < y_width && column(next).end - begin <= kBuffer) ++next;
    double buffer[kBuffer];
    add_rows(rows_.ranges[static_cast<std::size_t>(i)], rows_.weights_of(i), x + begin, width_,
             column(next - 1).end - begin, buffer);
    for (const Run& run : runs_) {
      const std::int64_t end = std::min(run.end, next);
      if (run.taps == 1) {
        write_run<1>(j, end, buffer, begin, y);
      } else if (run.taps == 2) {
        write_run<2>(j, end, buffer, begin, y);
      } else {
        write_run<0>(j, end, buffer, begin, y);
      }
      j = std::max(j, end);
    }
    return next;
  }

  /// Outputs [j, end) from the sums of rows, which the buffer has from column `begin` on.
  /// @tparam kTaps  the number of columns of each; 0 for any
  template <std::int64_t kTaps>
  void write_run(std::int64_t j, std::int64_t end, const double* buffer, std::int64_t begin, T* y) const {
    for (; j < end; ++j) {
      const AxisWeights::Range& range = column(j);
      y[j] = static_cast<T>(dot(columns_.weights_of(j), buffer + (range.begin - begin),
                                kTaps != 0 ? kTaps : range.end - range.begin));
    }
  }

  /// An output of more columns than the buffer has.
  double wide_output(std::int64_t i, std::int64_t j, const T* x) const {
    double total = 0, buffer[kBuffer];
    const AxisWeights::Range& range = column(j);
    for (std::int64_t begin = range.begin; begin < range.end; begin += kBuffer) {
      const std::int64_t n = std::min(kBuffer, range.end - begin);
      add_rows(rows_.ranges[static_cast<std::size_t>(i)], rows_.weights_of(i), x + begin, width_, n, buffer);
      total += dot(columns_.weights_of(j) + begin - range.begin, buffer, n);
    }
    return total;
  }

  static HWY_INLINE double dot(const double* a, const double* b, std::int64_t n) {
    double total = 0;
    for (std::int64_t k = 0; k < n; ++k) total = math::fma(a[k], b[k], total);
    return total;
  }

  /// Neighbouring outputs of a row, up to `end`, of as many columns each.
  struct Run {
    std::int64_t end, taps;
  };

  const AxisWeights &rows_, &columns_;
  std::int64_t width_;
  PoolVector<Run> runs_;
};

template <class T>
void resample_planes(const Tensor& x, const AxisWeights& rows, const AxisWeights& columns, Tensor& y) {
  const ImageStrides from(x.shape(), false), to(y.shape(), false);
  const PlaneResampling<T> resample_plane(rows, columns, x.shape()[3]);
  const std::int64_t cost = from.channel + to.channel;
  const T* const images = x.data<T>();
  T* const results = y.data<T>();
  for_each_channel_block(y.shape(), false, cost, [&](std::int64_t n, std::int64_t channel, std::int64_t) {
    resample_plane(images + n * from.image + channel * from.channel,
                   results + n * to.image + channel * to.channel);
  });
}

/// Images whose channels are next to each other, in blocks of channels.
template <class T>
void resample_pixels(const Tensor& x, const AxisWeights& rows, const AxisWeights& columns, Tensor& y) {
  const ImageStrides from(x.shape(), true), to(y.shape(), true);
  const std::int64_t height = y.shape()[2], width = y.shape()[3], x_width = x.shape()[3];
  const auto taps = static_cast<std::int64_t>(rows.values.size() * columns.values.size());
  const T* const images = x.data<T>();
  T* const results = y.data<T>();
  for_each_channel_block(y.shape(), true, taps,
                         [&](std::int64_t n, std::int64_t first, std::int64_t channels) {
                           const T* const image = images + n * from.image + first * from.channel;
                           T* const output = results + n * to.image + first * to.channel;
                           for (std::int64_t i = 0; i < height; ++i) {
                             for (std::int64_t j = 0; j < width; ++j)
                               resample_pixel(rows, columns, i, j, image, x_width, from.pixel, channels,
                                              output + (i * width + j) * to.pixel);
                           }
                         });
}

void resample(const Tensor& x, const AxisWeights& rows, const AxisWeights& columns, Tensor& y) {
  const bool last = in_channels_last(x, y);
  dispatch<FloatingTypes>(x.dtype(), [&]<class T>() {
    last ? resample_pixels<T>(x, rows, columns, y) : resample_planes<T>(x, rows, columns, y);
  });
}

/// How often each element of an axis is repeated, if that is all that a resampling does; else 0.
std::int64_t repeats_of(const kernels::AxisResampling& axis, const AxisWeights& weights) {
  if (axis.kind != kernels::AxisResampling::Kind::nearest || axis.to % axis.from != 0) return 0;
  const std::int64_t repeats = axis.to / axis.from;
  for (std::int64_t i = 0; i < axis.to; ++i) {
    if (weights.ranges[static_cast<std::size_t>(i)].begin != i / repeats) return 0;
  }
  return repeats;
}

/// A view of an enlarged y, [n, c, h, repeats, w, repeats].
Tensor view_of_repeats(const Tensor& y, const Shape& shape) {
  const Strides& strides = y.strides();
  return Tensor(
      y.storage(), y.dtype(), shape,
      {strides[0], strides[1], strides[2] * shape[3], strides[2], strides[3] * shape[5], strides[3]},
      y.offset());
}

void repeat_pixels(const Tensor& x, std::int64_t row_repeats, std::int64_t column_repeats, Tensor& y) {
  const Shape& shape = x.shape();
  const Shape single{shape[0], shape[1], shape[2], 1, shape[3], 1};
  Shape repeated = single;
  repeated[3] = row_repeats;
  repeated[5] = column_repeats;
  Tensor to = view_of_repeats(y, repeated);
  kernels::copy(expand(reshape(x, single), repeated), to);
}

void resample2d(const Tensor& x, const kernels::Resampling& sampling, Tensor& y) {
  const AxisWeights rows = forward_weights(sampling.height), columns = forward_weights(sampling.width);
  const std::int64_t row_repeats = repeats_of(sampling.height, rows),
                     column_repeats = repeats_of(sampling.width, columns);
  if (row_repeats > 0 && column_repeats > 0) return repeat_pixels(x, row_repeats, column_repeats, y);
  resample(x, rows, columns, y);
}

void resample2d_gradient(const Tensor& grad, const kernels::Resampling& sampling, Tensor& dx) {
  resample(grad, transposed_weights(sampling.height), transposed_weights(sampling.width), dx);
}

void register_resampling_kernels() {
  constexpr auto kCpu = DeviceType::cpu;
  kernels::resample2d.set(kCpu, resample2d);
  kernels::resample2d_gradient.set(kCpu, resample2d_gradient);
}

}  // namespace
}  // namespace tinytorch::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tinytorch::cpu {
HWY_EXPORT(register_resampling_kernels);
void register_resampling() { HWY_DYNAMIC_DISPATCH(register_resampling_kernels)(); }
}  // namespace tinytorch::cpu
#endif
