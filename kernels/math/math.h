#pragma once

#include <cmath>
#include <type_traits>

#include "kernels/math/elementary.h"
#include "kernels/math/host_device.h"

/// Functors of core/ops/math.h.
namespace tinytorch::math {

// f32 by our own formulas, which vectorize; f64 by the C library.

struct Exp {
  HOST_DEVICE float operator()(float x) const { return exp_f32(x); }
  HOST_DEVICE double operator()(double x) const { return std::exp(x); }
};

struct Log {
  HOST_DEVICE float operator()(float x) const { return log_f32(x); }
  HOST_DEVICE double operator()(double x) const { return std::log(x); }
};

struct Tanh {
  HOST_DEVICE float operator()(float x) const { return tanh_f32(x); }
  HOST_DEVICE double operator()(double x) const { return std::tanh(x); }
};

struct Expm1 {
  HOST_DEVICE float operator()(float x) const { return expm1_f32(x); }
  HOST_DEVICE double operator()(double x) const { return std::expm1(x); }
};

struct Log1p {
  HOST_DEVICE float operator()(float x) const { return log1p_f32(x); }
  HOST_DEVICE double operator()(double x) const { return std::log1p(x); }
};

struct Erf {
  HOST_DEVICE float operator()(float x) const { return erf_f32(x); }
  HOST_DEVICE double operator()(double x) const { return std::erf(x); }
};

struct Sqrt {
  template <class T>
  HOST_DEVICE T operator()(T x) const {
    return std::sqrt(x);
  }
};

struct Sin {
  template <class T>
  HOST_DEVICE T operator()(T x) const {
    return std::sin(x);
  }
};

struct Cos {
  template <class T>
  HOST_DEVICE T operator()(T x) const {
    return std::cos(x);
  }
};

struct Tan {
  template <class T>
  HOST_DEVICE T operator()(T x) const {
    return std::tan(x);
  }
};

struct Asin {
  template <class T>
  HOST_DEVICE T operator()(T x) const {
    return std::asin(x);
  }
};

struct Acos {
  template <class T>
  HOST_DEVICE T operator()(T x) const {
    return std::acos(x);
  }
};

struct Atan {
  template <class T>
  HOST_DEVICE T operator()(T x) const {
    return std::atan(x);
  }
};

struct Sinh {
  template <class T>
  HOST_DEVICE T operator()(T x) const {
    return std::sinh(x);
  }
};

struct Cosh {
  template <class T>
  HOST_DEVICE T operator()(T x) const {
    return std::cosh(x);
  }
};

struct Exp2 {
  template <class T>
  HOST_DEVICE T operator()(T x) const {
    return std::exp2(x);
  }
};

struct Log2 {
  template <class T>
  HOST_DEVICE T operator()(T x) const {
    return std::log2(x);
  }
};

struct Log10 {
  template <class T>
  HOST_DEVICE T operator()(T x) const {
    return std::log10(x);
  }
};

struct Rsqrt {
  template <class T>
  HOST_DEVICE T operator()(T x) const {
    return T(1) / std::sqrt(x);
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
    return std::floor(x);
  }
};

struct CeilReal {
  template <class T>
  HOST_DEVICE T operator()(T x) const {
    return std::ceil(x);
  }
};

struct TruncReal {
  template <class T>
  HOST_DEVICE T operator()(T x) const {
    return std::trunc(x);
  }
};

struct RoundReal {
  template <class T>
  HOST_DEVICE T operator()(T x) const {
    return std::nearbyint(x);
  }
};

using Floor = Rounding<FloorReal>;
using Ceil = Rounding<CeilReal>;
using Trunc = Rounding<TruncReal>;
/// Rounds half to even.
using Round = Rounding<RoundReal>;

struct Atan2 {
  template <class T>
  HOST_DEVICE T operator()(T a, T b) const {
    return std::atan2(a, b);
  }
};

}  // namespace tinytorch::math
