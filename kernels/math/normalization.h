#pragma once

#include <cmath>

#include "kernels/math/host_device.h"

/// Formulas of core/ops/normalization.h.
namespace tinytorch::math {

/// The statistics of a group of elements that are normalized together: mean + mean_residual, and scale = 1 /
/// sqrt(variance + epsilon). The mean is split in two, so that x - mean is accurate to the last bits also
/// where the mean is far larger than the deviation.
template <class T>
struct GroupStatistics {
  T mean, mean_residual, scale;

  HOST_DEVICE T normalized(T x) const { return ((x - mean) - mean_residual) * scale; }
};

template <class T>
HOST_DEVICE GroupStatistics<T> group_statistics(double mean, double variance, double epsilon) {
  const T rounded = static_cast<T>(mean);
  const double positive = variance < 0 ? 0.0 : variance;
  return {rounded, static_cast<T>(mean - static_cast<double>(rounded)),
          static_cast<T>(1 / std::sqrt(positive + epsilon))};
}

/// The means over a group of the gradient of the normalized x, and of that gradient times the normalized x.
template <class T>
struct GroupMeans {
  T gradient, product;

  /// The gradient of x, from that of the normalized x.
  HOST_DEVICE T input_gradient(T grad, T normalized, T scale) const {
    return scale * (grad - gradient - normalized * product);
  }
};

}  // namespace tinytorch::math
