#pragma once

#include <cmath>

#include "kernels/math/host_device.h"

/// Formulas of core/ops/normalization.h.
namespace tinytorch::math {

/// The statistics of a set. The mean is in two parts, so that x - mean is right to the last bits also where
/// the mean is far larger than the deviation.
template <class T>
struct SetStatistics {
  T mean, lost, scale;

  HOST_DEVICE T normalized(T x) const { return ((x - mean) - lost) * scale; }
};

template <class T>
HOST_DEVICE SetStatistics<T> set_statistics(double mean, double variance, double epsilon) {
  const T rounded = static_cast<T>(mean);
  const double positive = variance < 0 ? 0.0 : variance;
  return {rounded, static_cast<T>(mean - static_cast<double>(rounded)),
          static_cast<T>(1 / std::sqrt(positive + epsilon))};
}

/// The means, over a set, of the gradient of the normalised x, and of that times the normalised x.
template <class T>
struct SetMeans {
  T gradient, product;

  /// The gradient of x, from that of the normalised x.
  HOST_DEVICE T pull(T grad, T normalized, T scale) const {
    return scale * (grad - gradient - normalized * product);
  }
};

}  // namespace tinytorch::math
