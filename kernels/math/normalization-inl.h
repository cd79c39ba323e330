// Formulas of core/ops/normalization.h, see kernels/math/host_device.h.

#include <cmath>

#include "kernels/math/scalar-inl.h"

#if defined(TINYTORCH_MATH_NORMALIZATION_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef TINYTORCH_MATH_NORMALIZATION_INL_H
#undef TINYTORCH_MATH_NORMALIZATION_INL_H
#else
#define TINYTORCH_MATH_NORMALIZATION_INL_H
#endif

BEGIN_MATH

/// The statistics of a group of elements that are normalized together: mean + mean_residual, and scale = 1 /
/// sqrt(variance + epsilon). The mean is split in two, so that x - mean is accurate to the last bits also
/// where the mean is far larger than the deviation.
template <class T>
struct GroupStatistics {
  T mean, mean_residual, scale;

  template <class V>
  HOST_DEVICE V normalized(V x) const {
    return ((x - V(mean)) - V(mean_residual)) * V(scale);
  }
};

template <class T>
HOST_DEVICE GroupStatistics<T> group_statistics(double mean, double variance, double epsilon) {
  const T rounded = static_cast<T>(mean);
  const double positive = variance < 0 ? 0.0 : variance;
  return {rounded, static_cast<T>(mean - static_cast<double>(rounded)),
          static_cast<T>(1 / std::sqrt(positive + epsilon))};
}

/// The mean and the variance of a group from sums over its elements: of their distances from the group's
/// first element, and of the squares of these. The square of that element's distance from the mean is at most
/// the group's length times the variance, which bounds the digits of f64 that cancellation loses, however
/// large the mean.
struct Moments {
  double mean, variance;

  HOST_DEVICE static Moments from_distances(double origin, double distances, double squares, double length) {
    const double distance = distances / length, variance = squares / length - distance * distance;
    return {origin + distance, variance < 0 ? 0.0 : variance};
  }
};

/// The means over a group of the gradient of the normalized x, and of that gradient times the normalized x.
template <class T>
struct GroupMeans {
  T gradient, product;

  /// The gradient of x, from that of the normalized x.
  template <class V>
  HOST_DEVICE V input_gradient(V grad, V normalized, T scale) const {
    return V(scale) * fma(-normalized, V(product), grad - V(gradient));
  }
};

END_MATH

#endif
