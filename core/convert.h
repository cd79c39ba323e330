#pragma once

#include <limits>
#include <type_traits>

namespace tinytorch {

/// Converts an element to another type, with the same result on every device. To bool: true if not zero. From
/// floating to integer: truncates towards zero, saturates out of range, and maps NaN to 0. Between integers:
/// modulo 2^n. Otherwise: static_cast. It is constexpr, so that device code can call it.
/// ```cpp
/// std::cout << convert<std::int32_t>(-1.9) << ' ' << convert<std::int32_t>(1e300);  // -1 2147483647
/// ```
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
