// Functors of core/ops/arithmetic.h, see kernels/math/host_device.h. Integers wrap around; on bool, + is or
// and * is and.

#include <cmath>
#include <type_traits>

#include "kernels/math/integer.h"
#include "kernels/math/power-inl.h"

#if defined(TINYTORCH_MATH_ARITHMETIC_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef TINYTORCH_MATH_ARITHMETIC_INL_H
#undef TINYTORCH_MATH_ARITHMETIC_INL_H
#else
#define TINYTORCH_MATH_ARITHMETIC_INL_H
#endif

BEGIN_MATH

struct Add {
  template <class T>
  HOST_DEVICE T operator()(T a, T b) const {
    if constexpr (std::is_same_v<T, bool>) {
      return a | b;
    } else if constexpr (std::is_integral_v<T>) {
      return static_cast<T>(Wrapping<T>(a) + Wrapping<T>(b));
    } else {
      return a + b;
    }
  }
};

struct Sub {
  template <class T>
  HOST_DEVICE T operator()(T a, T b) const {
    if constexpr (std::is_integral_v<T>) {
      return static_cast<T>(Wrapping<T>(a) - Wrapping<T>(b));
    } else {
      return a - b;
    }
  }
};

struct Mul {
  template <class T>
  HOST_DEVICE T operator()(T a, T b) const {
    if constexpr (std::is_same_v<T, bool>) {
      return a & b;
    } else if constexpr (std::is_integral_v<T>) {
      return static_cast<T>(Wrapping<T>(a) * Wrapping<T>(b));
    } else {
      return a * b;
    }
  }
};

struct Div {
  template <class T>
  HOST_DEVICE T operator()(T a, T b) const {
    return a / b;
  }
};

struct Pow {
  template <class T>
  HOST_DEVICE T operator()(T a, T b) const {
    if constexpr (std::is_integral_v<T>) {
      return integer_power(a, b);
    } else {
      return pow(a, b);
    }
  }
};

/// a - b trunc(a / b), which has the sign of a.
template <class T>
HOST_DEVICE T truncated_remainder(T a, T b) {
  if constexpr (is_vector<T>) {
    // A quotient that was rounded up to an integer is too large by 1, and the rest has the wrong sign. Both
    // rests are exact: they are multiples of the operands' last bit, and smaller than b.
    const T quotient = trunc(a / b), rest = fma(-quotient, b, a);
    const auto too_large = ((a > T(0)) & (rest < T(0))) | ((a < T(0)) & (rest > T(0)));
    const T exact = magnitude(select(too_large, magnitude(rest) - magnitude(b), rest));
    const auto is_near =
        (abs(quotient) < T(0.5 / Limits<T>::epsilon())) & (abs(b) < T(Limits<T>::infinity()));
    return replace_rare(
        !is_near, with_sign_of(exact, a), [](auto x, auto y) { return std::fmod(x, y); }, a, b);
  } else {
    return std::fmod(a, b);
  }
}

/// a - b floor(a / b), which has the sign of b; 0 where an integer b is 0.
struct Remainder {
  template <class T>
  HOST_DEVICE T operator()(T a, T b) const {
    if constexpr (!std::is_integral_v<T>) {
      const T rest = truncated_remainder(a, b);
      return select((rest != T(0)) & ((rest < T(0)) ^ (b < T(0))), rest + b, rest);
    } else if constexpr (std::is_signed_v<T>) {
      if (b == T(0) || b == T(-1)) return T(0);  // the smallest integer over -1 has no quotient
      const T rest = static_cast<T>(a % b);
      return rest != 0 && (rest < 0) != (b < 0) ? static_cast<T>(rest + b) : rest;
    } else {
      return b == 0 ? T(0) : static_cast<T>(a % b);
    }
  }
};

/// floor(a / b) of the exact quotient; 0 where an integer b is 0. A floating b of ±inf gives 0 or -1.
struct FloorDivide {
  template <class T>
  HOST_DEVICE T operator()(T a, T b) const {
    if constexpr (!std::is_integral_v<T>) {
      // a - rest is a multiple of b, up to the rounding of the difference.
      const T rest = truncated_remainder(a, b), ratio = a / b, multiple = (a - rest) / b;
      const auto below_zero = (rest != T(0)) & ((rest < T(0)) ^ (b < T(0)));
      const T quotient = select(below_zero, multiple - T(1), multiple), below = floor(quotient);
      const T nearest = select(quotient - below > T(0.5), below + T(1), below);
      return select(b == T(0), ratio, select(quotient == T(0), with_sign_of(T(0), ratio), nearest));
    } else if constexpr (std::is_signed_v<T>) {
      if (b == T(0)) return T(0);
      if (b == T(-1)) return static_cast<T>(Wrapping<T>(0) - Wrapping<T>(a));
      const T quotient = static_cast<T>(a / b);
      return a % b != 0 && (a < 0) != (b < 0) ? static_cast<T>(quotient - 1) : quotient;
    } else {
      return b == 0 ? T(0) : static_cast<T>(a / b);
    }
  }
};

/// The larger operand; NaN where either is NaN.
struct Maximum {
  template <class T>
  HOST_DEVICE T operator()(T a, T b) const {
    if constexpr (std::is_integral_v<T>) {
      return a > b ? a : b;
    } else {
      return select((a > b) | (a != a), a, b);
    }
  }
};

/// The smaller operand; NaN where either is NaN.
struct Minimum {
  template <class T>
  HOST_DEVICE T operator()(T a, T b) const {
    if constexpr (std::is_integral_v<T>) {
      return a < b ? a : b;
    } else {
      return select((a < b) | (a != a), a, b);
    }
  }
};

/// NaN stays NaN.
struct ClampMin {
  template <class T>
  HOST_DEVICE T operator()(T x, T low) const {
    if constexpr (std::is_integral_v<T>) {
      return x < low ? low : x;
    } else {
      return select(x < low, low, x);
    }
  }
};
struct ClampMax {
  template <class T>
  HOST_DEVICE T operator()(T x, T high) const {
    if constexpr (std::is_integral_v<T>) {
      return x > high ? high : x;
    } else {
      return select(x > high, high, x);
    }
  }
};
struct Clamp {
  template <class T>
  HOST_DEVICE T operator()(T x, T low, T high) const {
    return ClampMax{}(ClampMin{}(x, low), high);
  }
};

struct Lerp {
  template <class T>
  HOST_DEVICE T operator()(T a, T b, T weight) const {
    return fma(weight, b - a, a);
  }
};

struct Addcmul {
  double value;

  template <class T>
  HOST_DEVICE T operator()(T x, T a, T b) const {
    return fma(T(value) * a, b, x);
  }
};

struct Neg {
  template <class T>
  HOST_DEVICE T operator()(T x) const {
    if constexpr (std::is_integral_v<T>) {
      return static_cast<T>(Wrapping<T>(0) - Wrapping<T>(x));
    } else {
      return -x;
    }
  }
};

struct Abs {
  template <class T>
  HOST_DEVICE T operator()(T x) const {
    if constexpr (std::is_unsigned_v<T>) {
      return x;
    } else if constexpr (std::is_integral_v<T>) {
      return x < T(0) ? Neg{}(x) : x;
    } else {
      return abs(x);
    }
  }
};

struct Sign {
  template <class T>
  HOST_DEVICE T operator()(T x) const {
    if constexpr (std::is_unsigned_v<T>) {
      return x != 0 ? T(1) : T(0);
    } else {
      return select(x < T(0), T(-1), select(x > T(0), T(1), x));
    }
  }
};

END_MATH

#endif
