#pragma once

#include <cstdint>
#include <type_traits>

#include "kernels/math/host_device.h"

/// Functors of core/ops/reduction.h.
namespace tinytorch::math {

/// The type in which elements of type T are added or multiplied; unsigned for integers, so that they wrap
/// around.
template <class T>
using Accumulator = std::conditional_t<std::is_floating_point_v<T>, double, std::uint64_t>;

/// The type of a sum or product.
template <class T>
using ReductionResult = std::conditional_t<std::is_floating_point_v<T>, T, std::int64_t>;

/// True where x is more extreme than `best`: Order (Less or Greater) holds, or x is the first NaN.
template <class Order, class T>
HOST_DEVICE bool more_extreme(T x, T best) {
  if constexpr (std::is_floating_point_v<T>) {
    return Order{}(x, best) | ((x != x) & (best == best));
  } else {
    return Order{}(x, best);
  }
}

}  // namespace tinytorch::math
