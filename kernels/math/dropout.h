#pragma once

#include <cmath>
#include <cstdint>

#include "kernels/math/host_device.h"

namespace tinytorch::math {

/// Dropout of an element by its random word: x / (1 - p) where u >= p, else 0. The comparison is exact: with
/// u = (word >> 8) 2^-24, as in uniform_f32(), it is one of integers.
template <class T>
struct Dropout {
  std::int32_t threshold;
  T scale;

  explicit Dropout(double p)
      : threshold(static_cast<std::int32_t>(std::ceil(p * 0x1p24))),
        scale(p < 1 ? static_cast<T>(1 / (1 - p)) : T(0)) {}

  HOST_DEVICE T operator()(std::uint32_t word, T x) const {
    return static_cast<std::int32_t>(word >> 8) >= threshold ? x * scale : T(0);
  }
};

}  // namespace tinytorch::math
