#include "kernels/math/resampling.h"
#include "core/ops/resampling_kernels.h"
#include "kernels/cpu/image_blocks.h"
#include "kernels/register.h"

#include <vector>

// Compiled once more for each instruction set; see kernels/cpu/targets.h.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/resampling.cpp"
#include "kernels/cpu/targets.h"

#include <hwy/foreach_target.h>

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace tinytorch::cpu::HWY_NAMESPACE {
namespace {

/// The weights of resampling along one axis: output i is the weighted sum of the inputs in ranges[i], whose
/// weights are at weights_of(i).
struct AxisWeights {
  struct Range {
    std::int64_t begin, end, first_weight;
  };
  std::vector<Range> ranges;
  std::vector<double> values;

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

void resample(const Tensor& x, const AxisWeights& rows, const AxisWeights& columns, Tensor& y) {
  const bool last = in_channels_last(x, y);
  const ImageStrides from(x.shape(), last), to(y.shape(), last);
  const std::int64_t height = y.shape()[2], width = y.shape()[3], x_width = x.shape()[3];
  const auto taps = static_cast<std::int64_t>(rows.values.size() * columns.values.size());
  dispatch<FloatingTypes>(x.dtype(), [&]<class T>() {
    const T* const data = x.data<T>();
    T* const result = y.data<T>();
    for_each_channel_block(y.shape(), last, taps,
                           [&](std::int64_t n, std::int64_t first, std::int64_t channels) {
                             const T* const image = data + n * from.image + first * from.channel;
                             T* const output = result + n * to.image + first * to.channel;
                             for (std::int64_t i = 0; i < height; ++i) {
                               for (std::int64_t j = 0; j < width; ++j)
                                 resample_pixel(rows, columns, i, j, image, x_width, from.pixel, channels,
                                                output + (i * width + j) * to.pixel);
                             }
                           });
  });
}

void resample2d(const Tensor& x, const kernels::Resampling& sampling, Tensor& y) {
  resample(x, forward_weights(sampling.height), forward_weights(sampling.width), y);
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
