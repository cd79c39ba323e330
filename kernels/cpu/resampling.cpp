#include "kernels/math/resampling.h"
#include "core/ops/resampling_kernels.h"
#include "kernels/cpu/image_blocks.h"
#include "kernels/register.h"

#include <vector>

// Once more for each instruction set; see kernels/cpu/targets.h.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/resampling.cpp"
#include "kernels/cpu/targets.h"

#include <hwy/foreach_target.h>

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace tinytorch::cpu::HWY_NAMESPACE {
namespace {

/// What each result along an axis is the weighted sum of: elements begin ... and a weight for each.
struct Sums {
  struct Sum {
    std::int64_t begin, end, first_weight;
  };
  std::vector<Sum> of;
  std::vector<double> weights;

  void add(std::int64_t begin, std::int64_t end) {
    of.push_back({begin, end, static_cast<std::int64_t>(weights.size())});
  }
  const double* weights_of(std::int64_t i) const {
    return weights.data() + of[static_cast<std::size_t>(i)].first_weight;
  }
};

Sums forward_sums(const kernels::AxisResampling& axis) {
  Sums sums;
  for (std::int64_t i = 0; i < axis.to; ++i) {
    const math::Taps taps = math::taps(axis, i);
    sums.add(taps.begin, taps.end);
    for (std::int64_t element = taps.begin; element < taps.end; ++element)
      sums.weights.push_back(taps.weight(element));
  }
  return sums;
}

/// For each element of the image, the results that it is part of.
Sums transposed_sums(const kernels::AxisResampling& axis) {
  Sums sums;
  std::int64_t begin = 0, end = 0;
  for (std::int64_t element = 0; element < axis.from; ++element) {
    while (begin < axis.to && math::taps(axis, begin).end <= element) ++begin;
    end = std::max(begin, end);
    while (end < axis.to && math::taps(axis, end).begin <= element) ++end;
    sums.add(begin, end);
    for (std::int64_t i = begin; i < end; ++i) sums.weights.push_back(math::taps(axis, i).weight(element));
  }
  return sums;
}

/// One result for each of up to kChannelBlock channels; sums in f64.
template <class T>
void sum_pixel(const Sums& rows, const Sums& columns, std::int64_t i, std::int64_t j, const T* x,
               std::int64_t width, std::int64_t pixel, std::int64_t channels, T* y) {
  double total[kChannelBlock];
  std::fill_n(total, channels, 0.0);
  const Sums::Sum &row = rows.of[static_cast<std::size_t>(i)],
                  &column = columns.of[static_cast<std::size_t>(j)];
  const double* row_weight = rows.weights_of(i);
  for (std::int64_t r = row.begin; r < row.end; ++r, ++row_weight) {
    const double* column_weight = columns.weights_of(j);
    for (std::int64_t c = column.begin; c < column.end; ++c, ++column_weight) {
      const double weight = *row_weight * *column_weight;
      const T* from = x + (r * width + c) * pixel;
      for (std::int64_t k = 0; k < channels; ++k) total[k] += weight * static_cast<double>(from[k]);
    }
  }
  for (std::int64_t k = 0; k < channels; ++k) y[k] = static_cast<T>(total[k]);
}

void apply(const Tensor& x, const Sums& rows, const Sums& columns, Tensor& y) {
  const bool last = in_channels_last(x, y);
  const ImageSteps from(x.shape(), last), to(y.shape(), last);
  const std::int64_t height = y.shape()[2], width = y.shape()[3], x_width = x.shape()[3];
  const auto taps = static_cast<std::int64_t>(rows.weights.size() * columns.weights.size());
  dispatch<FloatingTypes>(x.dtype(), [&]<class T>() {
    const T* const data = x.data<T>();
    T* const result = y.data<T>();
    for_each_channel_block(y.shape(), last, taps,
                           [&](std::int64_t n, std::int64_t first, std::int64_t channels) {
                             const T* const image = data + n * from.image + first * from.channel;
                             T* const own = result + n * to.image + first * to.channel;
                             for (std::int64_t i = 0; i < height; ++i) {
                               for (std::int64_t j = 0; j < width; ++j)
                                 sum_pixel(rows, columns, i, j, image, x_width, from.pixel, channels,
                                           own + (i * width + j) * to.pixel);
                             }
                           });
  });
}

void resample2d(const Tensor& x, const kernels::Resampling& sampling, Tensor& y) {
  apply(x, forward_sums(sampling.height), forward_sums(sampling.width), y);
}

void resample2d_gradient(const Tensor& grad, const kernels::Resampling& sampling, Tensor& dx) {
  apply(grad, transposed_sums(sampling.height), transposed_sums(sampling.width), dx);
}

void register_kernels() {
  constexpr auto kCpu = DeviceType::cpu;
  kernels::resample2d.set(kCpu, resample2d);
  kernels::resample2d_gradient.set(kCpu, resample2d_gradient);
}

}  // namespace
}  // namespace tinytorch::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tinytorch::cpu {
HWY_EXPORT(register_kernels);
void register_resampling() { HWY_DYNAMIC_DISPATCH(register_kernels)(); }
}  // namespace tinytorch::cpu
#endif
