#pragma once

#include <cstdint>
#include <type_traits>

#include "core/dtype.h"
#include "kernels/math/host_device.h"
#include "kernels/math/integer.h"

/// Functors of core/ops/bitwise.h.
namespace tinytorch::math {

// These do not depend on the sign, so that there is one kernel for each size: T is unsigned.
struct BitwiseAnd {
  template <class T>
  HOST_DEVICE T operator()(T a, T b) const {
    return static_cast<T>(a & b);
  }
};

struct BitwiseOr {
  template <class T>
  HOST_DEVICE T operator()(T a, T b) const {
    return static_cast<T>(a | b);
  }
};

struct BitwiseXor {
  template <class T>
  HOST_DEVICE T operator()(T a, T b) const {
    return static_cast<T>(a ^ b);
  }
};

struct BitwiseNot {
  template <class T>
  HOST_DEVICE T operator()(T x) const {
    return static_cast<T>(~x);
  }
};

template <class T>
inline constexpr unsigned kBits = 8 * sizeof(T);

/// 0 where b is not in [0, bits).
struct LeftShift {
  template <class T>
  HOST_DEVICE T operator()(T a, T b) const {
    const auto distance = static_cast<std::make_unsigned_t<T>>(b);
    const bool inside = distance < kBits<T>;
    const auto shifted = static_cast<T>(static_cast<Wrapping<T>>(a) << (inside ? distance : 0));
    return inside ? shifted : T(0);
  }
};

/// Only the sign remains where b is not in [0, bits).
struct RightShift {
  template <class T>
  HOST_DEVICE T operator()(T a, T b) const {
    const auto distance = static_cast<std::make_unsigned_t<T>>(b);
    const bool inside = distance < kBits<T>;
    const auto shifted = static_cast<T>(a >> (inside ? distance : kBits<T> - 1));
    return inside || std::is_signed_v<T> ? shifted : T(0);
  }
};

/// Calls f<T>() with the unsigned type of the dtype's size. A bool is the byte 0 or 1.
template <class F>
void dispatch_bits(DType dtype, F&& f) {
  if (dtype == DType::i64) return f.template operator()<std::uint64_t>();
  if (dtype == DType::i32) return f.template operator()<std::uint32_t>();
  f.template operator()<std::uint8_t>();
}

}  // namespace tinytorch::math
