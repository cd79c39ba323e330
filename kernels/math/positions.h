#pragma once

#include "kernels/math/host_device.h"

/// Functors of core/ops/positions.h.
namespace tinytorch::math {

/// The coordinates of the point (first, second) rotated by an angle.
struct Rotate {
  template <class T>
  HOST_DEVICE T first(T first, T second, T cosine, T sine) const {
    return first * cosine - second * sine;
  }
  template <class T>
  HOST_DEVICE T second(T first, T second, T cosine, T sine) const {
    return second * cosine + first * sine;
  }
};

}  // namespace tinytorch::math
