#pragma once

#include <cstdint>
#include <type_traits>

#include "kernels/math/host_device.h"

namespace tinytorch::math {

/// An unsigned type in which arithmetic on the integer T wraps around without undefined behaviour.
template <class T>
using Wrapping = std::conditional_t<(sizeof(T) < sizeof(unsigned)), unsigned, std::make_unsigned_t<T>>;

/// base^exponent modulo 2^n; a negative power is 0, or ±1 where the base is ±1.
template <class T>
HOST_DEVICE constexpr T integer_power(T base, T exponent) {
  if constexpr (std::is_signed_v<T>) {
    if (exponent < 0) {
      const bool odd = exponent % 2 != 0;
      return base == 1 ? T(1) : base == T(-1) ? static_cast<T>(odd ? -1 : 1) : T(0);
    }
  }
  Wrapping<T> result = 1, square = static_cast<Wrapping<T>>(base);
  for (auto rest = static_cast<Wrapping<T>>(exponent); rest != 0; rest >>= 1) {
    if (rest & 1) result *= square;
    square *= square;
  }
  return static_cast<T>(result);
}

}  // namespace tinytorch::math
