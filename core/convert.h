#pragma once

#include <limits>
#include <type_traits>

namespace tinytorch {

/// The one conversion between element types, the same on every device: to bool, whether it is not zero; from
/// floating to integer, cut towards zero, out of range to the nearest end, NaN to 0; between integers, modulo
/// 2^n; else as C++ does. Constexpr, so that device code can call it too.
template <class To, class From>
constexpr To convert(From value) {
  if constexpr (std::is_same_v<To, bool>) {
    return value != From(0);
  } else if constexpr (std::is_integral_v<To> && std::is_floating_point_v<From>) {
    // One past the largest To; unlike that it is a power of two, and so exact in From.
    constexpr To kHalf = std::numeric_limits<To>::max() / 2 + 1;
    constexpr From kEnd = From(kHalf) * From(2);
    constexpr From kBegin = static_cast<From>(std::numeric_limits<To>::min());
    if (value >= kEnd) return std::numeric_limits<To>::max();
    if (value < kBegin) return std::numeric_limits<To>::min();
    return value == value ? static_cast<To>(value) : To(0);
  } else {
    return static_cast<To>(value);
  }
}

}  // namespace tinytorch
