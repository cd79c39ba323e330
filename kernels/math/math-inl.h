// Functors of core/ops/math.h, see kernels/math/host_device.h.

#include <cmath>
#include <type_traits>

#include "kernels/math/elementary-inl.h"

#if defined(TINYTORCH_MATH_MATH_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef TINYTORCH_MATH_MATH_INL_H
#undef TINYTORCH_MATH_MATH_INL_H
#else
#define TINYTORCH_MATH_MATH_INL_H
#endif

BEGIN_MATH

// f32 by our own formulas; f64 by the C library.

struct Exp {
  template <class T>
  HOST_DEVICE T operator()(T x) const {
    if constexpr (is_f32<T>) {
      return exp_f32(x);
    } else {
      return exp(x);
    }
  }
};

struct Log {
  template <class T>
  HOST_DEVICE T operator()(T x) const {
    if constexpr (is_f32<T>) {
      return log_f32(x);
    } else {
      return log(x);
    }
  }
};

struct Tanh {
  template <class T>
  HOST_DEVICE T operator()(T x) const {
    if constexpr (is_f32<T>) {
      return tanh_f32(x);
    } else {
      return tanh(x);
    }
  }
};

struct Expm1 {
  template <class T>
  HOST_DEVICE T operator()(T x) const {
    if constexpr (is_f32<T>) {
      return expm1_f32(x);
    } else {
      return expm1(x);
    }
  }
};

struct Log1p {
  template <class T>
  HOST_DEVICE T operator()(T x) const {
    if constexpr (is_f32<T>) {
      return log1p_f32(x);
    } else {
      return log1p(x);
    }
  }
};

struct Erf {
  template <class T>
  HOST_DEVICE T operator()(T x) const {
    if constexpr (is_f32<T>) {
      return erf_f32(x);
    } else {
      return erf(x);
    }
  }
};

struct Sqrt {
  template <class T>
  HOST_DEVICE T operator()(T x) const {
    return sqrt(x);
  }
};

struct Sin {
  template <class T>
  requires std::is_floating_point_v<T> HOST_DEVICE T operator()(T x) const { return std::sin(x); }
};

struct Cos {
  template <class T>
  requires std::is_floating_point_v<T> HOST_DEVICE T operator()(T x) const { return std::cos(x); }
};

struct Tan {
  template <class T>
  requires std::is_floating_point_v<T> HOST_DEVICE T operator()(T x) const { return std::tan(x); }
};

struct Asin {
  template <class T>
  requires std::is_floating_point_v<T> HOST_DEVICE T operator()(T x) const { return std::asin(x); }
};

struct Acos {
  template <class T>
  requires std::is_floating_point_v<T> HOST_DEVICE T operator()(T x) const { return std::acos(x); }
};

struct Atan {
  template <class T>
  requires std::is_floating_point_v<T> HOST_DEVICE T operator()(T x) const { return std::atan(x); }
};

struct Sinh {
  template <class T>
  requires std::is_floating_point_v<T> HOST_DEVICE T operator()(T x) const { return std::sinh(x); }
};

struct Cosh {
  template <class T>
  requires std::is_floating_point_v<T> HOST_DEVICE T operator()(T x) const { return std::cosh(x); }
};

struct Exp2 {
  template <class T>
  requires std::is_floating_point_v<T> HOST_DEVICE T operator()(T x) const { return std::exp2(x); }
};

struct Log2 {
  template <class T>
  requires std::is_floating_point_v<T> HOST_DEVICE T operator()(T x) const { return std::log2(x); }
};

struct Log10 {
  template <class T>
  requires std::is_floating_point_v<T> HOST_DEVICE T operator()(T x) const { return std::log10(x); }
};

struct Rsqrt {
  template <class T>
  HOST_DEVICE T operator()(T x) const {
    return T(1) / sqrt(x);
  }
};

// Rounding to integers.

/// F of floating-point values; integers are unchanged.
template <class F>
struct Rounding {
  template <class T>
  HOST_DEVICE T operator()(T x) const {
    if constexpr (std::is_integral_v<T>) {
      return x;
    } else {
      return F{}(x);
    }
  }
};

struct FloorReal {
  template <class T>
  HOST_DEVICE T operator()(T x) const {
    return floor(x);
  }
};

struct CeilReal {
  template <class T>
  HOST_DEVICE T operator()(T x) const {
    return ceil(x);
  }
};

struct TruncReal {
  template <class T>
  HOST_DEVICE T operator()(T x) const {
    return trunc(x);
  }
};

struct RoundReal {
  template <class T>
  HOST_DEVICE T operator()(T x) const {
    return round_half_to_even(x);
  }
};

using Floor = Rounding<FloorReal>;
using Ceil = Rounding<CeilReal>;
using Trunc = Rounding<TruncReal>;
/// Rounds half to even.
using Round = Rounding<RoundReal>;

struct Atan2 {
  template <class T>
  requires std::is_floating_point_v<T> HOST_DEVICE T operator()(T a, T b) const { return std::atan2(a, b); }
};

END_MATH

#endif
