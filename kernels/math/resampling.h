#pragma once

#include <cstdint>

#include "core/ops/resampling_kernels.h"
#include "kernels/math/host_device.h"

/// The formulas of core/ops/resampling_kernels.h.
namespace tinytorch::math {

/// The filter taps of one output along an axis: it is the weighted sum of the input elements [begin, end).
struct Taps {
  std::int64_t begin, end;
  double first, rest;  ///< the weight of the first element, and of each of the others

  /// The weight of an element in [begin, end).
  HOST_DEVICE double weight(std::int64_t element) const { return element == begin ? first : rest; }
};

HOST_DEVICE Taps mean_taps(std::int64_t begin, std::int64_t end, std::int64_t n) {
  const double weight = 1.0 / static_cast<double>(n);
  return {begin, end, weight, weight};
}

HOST_DEVICE Taps window_taps(const kernels::AxisResampling& axis, std::int64_t i) {
  std::int64_t begin = i * axis.stride - axis.padding, end = begin + axis.kernel;
  end = end < axis.from + axis.padding ? end : axis.from + axis.padding;
  const std::int64_t padded = end - begin;
  begin = begin > 0 ? begin : 0;
  end = end < axis.from ? end : axis.from;
  return mean_taps(begin, end, axis.counts_padding ? padded : end - begin);
}

/// Bin i of n of an adaptive pooling of `length` elements: [begin, end).
struct AdaptiveBin {
  std::int64_t begin, end;

  HOST_DEVICE AdaptiveBin(std::int64_t i, std::int64_t n, std::int64_t length)
      : begin(i * length / n), end(((i + 1) * length + n - 1) / n) {}
};

HOST_DEVICE Taps adaptive_taps(const kernels::AxisResampling& axis, std::int64_t i) {
  const AdaptiveBin bin(i, axis.to, axis.from);
  return mean_taps(bin.begin, bin.end, bin.end - bin.begin);
}

/// The taps of nearest and linear interpolation.
HOST_DEVICE Taps position_taps(const kernels::AxisResampling& axis, std::int64_t i) {
  const double center = (static_cast<double>(i) + axis.shift) * axis.numerator / axis.denominator;
  const double position = center > axis.shift ? center - axis.shift : 0.0;
  const auto below = static_cast<std::int64_t>(position);
  const std::int64_t begin = below < axis.from ? below : axis.from - 1;
  if (axis.kind == kernels::AxisResampling::Kind::nearest || begin + 1 >= axis.from)
    return {begin, begin + 1, 1.0, 0.0};
  const double fraction = position - static_cast<double>(begin);
  return {begin, begin + 2, 1.0 - fraction, fraction};
}

/// The taps of output i. begin and end do not decrease with i.
HOST_DEVICE Taps taps(const kernels::AxisResampling& axis, std::int64_t i) {
  if (axis.kind == kernels::AxisResampling::Kind::window) return window_taps(axis, i);
  if (axis.kind == kernels::AxisResampling::Kind::adaptive) return adaptive_taps(axis, i);
  return position_taps(axis, i);
}

}  // namespace tinytorch::math
