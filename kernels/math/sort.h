#pragma once

#include "kernels/math/host_device.h"

/// The orders of core/ops/sort.h.
namespace tinytorch::math {

/// True where a comes before b in ascending order; NaN is the largest.
struct Ascending {
  template <class T>
  HOST_DEVICE bool operator()(T a, T b) const {
    return (a < b) | ((b != b) & (a == a));
  }
};

struct Descending {
  template <class T>
  HOST_DEVICE bool operator()(T a, T b) const {
    return Ascending{}(b, a);
  }
};

}  // namespace tinytorch::math
