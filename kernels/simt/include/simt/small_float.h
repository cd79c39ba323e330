#pragma once

#include <bit>
#include <cmath>
#include <compare>
#include <cstdint>
#include <type_traits>

// 16-bit floating-point types. Conversions from float and double round once, to nearest, ties to even.
namespace simt {

/// Rounds to float so that a second rounding, to a smaller format, gives the correctly rounded result: an
/// inexact result gets an odd last bit, which keeps it off the ties (round to odd; Boldo and Melquiond 2008,
/// "Emulation of a FMA").
inline float round_to_odd(double x) {
  const float nearest = static_cast<float>(x);
  const auto bits = std::bit_cast<std::uint32_t>(nearest);
  if (std::isnan(x) || static_cast<double>(nearest) == x || (bits & 1U) != 0) {
    return nearest;
  }
  return std::bit_cast<float>(std::fabs(static_cast<double>(nearest)) > std::fabs(x) ? bits - 1 : bits + 1);
}

/// x * y + z, with x * y exact as double, rounded to odd.
inline float fma_to_odd(float x, float y, float z) {
  const double product = static_cast<double>(x) * y;
  const double sum = product + z;
  const double z_part = sum - product;
  const double error = (product - (sum - z_part)) + (z - z_part);  // sum + error is exact (Knuth's two-sum)
  const auto bits = std::bit_cast<std::uint64_t>(sum);
  if (!std::isfinite(sum) || error == 0 || (bits & 1U) != 0) {
    return round_to_odd(sum);
  }
  return round_to_odd(std::bit_cast<double>((error > 0) == (sum > 0) ? bits + 1 : bits - 1));
}

struct HalfFormat {
  static std::uint16_t from_float(float x) {
    const auto bits = std::bit_cast<std::uint32_t>(x);
    const std::uint32_t sign = bits >> 16U & 0x8000U, size = bits & 0x7fffffffU;
    if (size > 0x7f800000U) {
      return 0x7fff;  // CUDA's NaN
    }
    if (size >= 0x477ff000U) {  // 65520, half way between the largest number and the next
      return static_cast<std::uint16_t>(sign | 0x7c00U);
    }
    if (size < 0x38800000U) {  // 2^-14: below it adding 0.5 rounds to multiples of 2^-24, the subnormals
      const float rounded = std::bit_cast<float>(size) + 0.5F;
      return static_cast<std::uint16_t>(sign | (std::bit_cast<std::uint32_t>(rounded) - 0x3f000000U));
    }
    const std::uint32_t rounded = size + 0xfffU + (size >> 13U & 1U);
    return static_cast<std::uint16_t>(sign | ((rounded - 0x38000000U) >> 13U));
  }
  static float to_float(std::uint16_t bits) {
    const std::uint32_t sign = (bits & 0x8000U) << 16U, exponent = bits >> 10U & 31U, mantissa = bits & 1023U;
    if (exponent == 31) {
      return std::bit_cast<float>(sign | 0x7f800000U | mantissa << 13U);
    }
    if (exponent == 0) {
      const float size = static_cast<float>(mantissa) * 0x1p-24F;
      return sign != 0 ? -size : size;
    }
    return std::bit_cast<float>(sign | (exponent + 112U) << 23U | mantissa << 13U);
  }
};

struct BfloatFormat {
  static std::uint16_t from_float(float x) {
    const auto bits = std::bit_cast<std::uint32_t>(x);
    if (std::isnan(x)) {
      return 0x7fff;
    }
    return static_cast<std::uint16_t>((bits + 0x7fffU + (bits >> 16U & 1U)) >> 16U);
  }
  static float to_float(std::uint16_t bits) {
    return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16U);
  }
};

template <class Format>
class SmallFloat {
 public:
  using ShuffledByItsBits = void;

  SmallFloat() = default;
  SmallFloat(float x) : bits_(Format::from_float(x)) {}
  SmallFloat(double x) : SmallFloat(round_to_odd(x)) {}
  template <class T>
  requires std::is_integral_v<T> SmallFloat(T x) : SmallFloat(static_cast<double>(x)) {}
  static SmallFloat from_bits(std::uint16_t bits) {
    SmallFloat result;
    result.bits_ = bits;
    return result;
  }

  std::uint16_t bits() const { return bits_; }
  operator float() const { return Format::to_float(bits_); }

  // float has more than twice as many bits, so rounding the float result rounds correctly.
  friend SmallFloat operator+(SmallFloat a, SmallFloat b) { return a.value() + b.value(); }
  friend SmallFloat operator-(SmallFloat a, SmallFloat b) { return a.value() - b.value(); }
  friend SmallFloat operator*(SmallFloat a, SmallFloat b) { return a.value() * b.value(); }
  friend SmallFloat operator/(SmallFloat a, SmallFloat b) { return a.value() / b.value(); }
  SmallFloat operator-() const { return from_bits(bits_ ^ 0x8000U); }
  SmallFloat& operator+=(SmallFloat b) { return *this = *this + b; }
  SmallFloat& operator-=(SmallFloat b) { return *this = *this - b; }
  SmallFloat& operator*=(SmallFloat b) { return *this = *this * b; }
  SmallFloat& operator/=(SmallFloat b) { return *this = *this / b; }
  friend bool operator==(SmallFloat a, SmallFloat b) { return a.value() == b.value(); }
  friend std::partial_ordering operator<=>(SmallFloat a, SmallFloat b) { return a.value() <=> b.value(); }

 private:
  float value() const { return Format::to_float(bits_); }

  std::uint16_t bits_;
};

template <class Format>
struct alignas(4) SmallFloat2 {
  using ShuffledByItsBits = void;
  SmallFloat<Format> x, y;
};

}  // namespace simt

// The functions that half and bfloat16 share.
// NOLINTBEGIN(bugprone-reserved-identifier, readability-identifier-naming)

template <class F>
simt::SmallFloat<F> __hadd(simt::SmallFloat<F> a, simt::SmallFloat<F> b) {
  return a + b;
}
template <class F>
simt::SmallFloat<F> __hsub(simt::SmallFloat<F> a, simt::SmallFloat<F> b) {
  return a - b;
}
template <class F>
simt::SmallFloat<F> __hmul(simt::SmallFloat<F> a, simt::SmallFloat<F> b) {
  return a * b;
}
template <class F>
simt::SmallFloat<F> __hdiv(simt::SmallFloat<F> a, simt::SmallFloat<F> b) {
  return a / b;
}
template <class F>
simt::SmallFloat<F> __hfma(simt::SmallFloat<F> a, simt::SmallFloat<F> b, simt::SmallFloat<F> c) {
  return simt::fma_to_odd(a, b, c);
}
template <class F>
simt::SmallFloat<F> __hneg(simt::SmallFloat<F> a) {
  return -a;
}
template <class F>
simt::SmallFloat<F> __habs(simt::SmallFloat<F> a) {
  return simt::SmallFloat<F>::from_bits(a.bits() & 0x7fffU);
}
template <class F>
bool __hisnan(simt::SmallFloat<F> a) {
  return std::isnan(static_cast<float>(a));
}
/// The larger one; if one is NaN, the other one.
template <class F>
simt::SmallFloat<F> __hmax(simt::SmallFloat<F> a, simt::SmallFloat<F> b) {
  return std::fmax(static_cast<float>(a), static_cast<float>(b));
}
template <class F>
simt::SmallFloat<F> __hmin(simt::SmallFloat<F> a, simt::SmallFloat<F> b) {
  return std::fmin(static_cast<float>(a), static_cast<float>(b));
}
template <class F>
bool __heq(simt::SmallFloat<F> a, simt::SmallFloat<F> b) {
  return a == b;
}
template <class F>
bool __hlt(simt::SmallFloat<F> a, simt::SmallFloat<F> b) {
  return a < b;
}
template <class F>
bool __hle(simt::SmallFloat<F> a, simt::SmallFloat<F> b) {
  return a <= b;
}
template <class F>
bool __hgt(simt::SmallFloat<F> a, simt::SmallFloat<F> b) {
  return a > b;
}
template <class F>
bool __hge(simt::SmallFloat<F> a, simt::SmallFloat<F> b) {
  return a >= b;
}
template <class F>
simt::SmallFloat2<F> __hadd2(simt::SmallFloat2<F> a, simt::SmallFloat2<F> b) {
  return {a.x + b.x, a.y + b.y};
}
template <class F>
simt::SmallFloat2<F> __hsub2(simt::SmallFloat2<F> a, simt::SmallFloat2<F> b) {
  return {a.x - b.x, a.y - b.y};
}
template <class F>
simt::SmallFloat2<F> __hmul2(simt::SmallFloat2<F> a, simt::SmallFloat2<F> b) {
  return {a.x * b.x, a.y * b.y};
}
template <class F>
simt::SmallFloat2<F> __hfma2(simt::SmallFloat2<F> a, simt::SmallFloat2<F> b, simt::SmallFloat2<F> c) {
  return {__hfma(a.x, b.x, c.x), __hfma(a.y, b.y, c.y)};
}
template <class F>
float __low2float(simt::SmallFloat2<F> a) {
  return a.x;
}
template <class F>
float __high2float(simt::SmallFloat2<F> a) {
  return a.y;
}

// NOLINTEND(bugprone-reserved-identifier, readability-identifier-naming)
