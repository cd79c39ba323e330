// Functors of core/ops/math.h, see kernels/math/host_device.h.

#include <type_traits>

#include "kernels/math/error_function-inl.h"
#include "kernels/math/exponential-inl.h"
#include "kernels/math/logarithm-inl.h"
#include "kernels/math/trigonometry-inl.h"

#if defined(TINYTORCH_MATH_MATH_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef TINYTORCH_MATH_MATH_INL_H
#undef TINYTORCH_MATH_MATH_INL_H
#else
#define TINYTORCH_MATH_MATH_INL_H
#endif

BEGIN_MATH

struct Exp {
  template <class T>
  HOST_DEVICE T operator()(T x) const {
    return exp(x);
  }
};

struct Log {
  template <class T>
  HOST_DEVICE T operator()(T x) const {
    return log(x);
  }
};

struct Tanh {
  template <class T>
  HOST_DEVICE T operator()(T x) const {
    return tanh(x);
  }
};

struct Expm1 {
  template <class T>
  HOST_DEVICE T operator()(T x) const {
    return expm1(x);
  }
};

struct Log1p {
  template <class T>
  HOST_DEVICE T operator()(T x) const {
    return log1p(x);
  }
};

struct Erf {
  template <class T>
  HOST_DEVICE T operator()(T x) const {
    return erf(x);
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
  HOST_DEVICE T operator()(T x) const {
    return sin(x);
  }
};

struct Cos {
  template <class T>
  HOST_DEVICE T operator()(T x) const {
    return cos(x);
  }
};

struct Tan {
  template <class T>
  HOST_DEVICE T operator()(T x) const {
    return tan(x);
  }
};

struct Asin {
  template <class T>
  HOST_DEVICE T operator()(T x) const {
    return asin(x);
  }
};

struct Acos {
  template <class T>
  HOST_DEVICE T operator()(T x) const {
    return acos(x);
  }
};

struct Atan {
  template <class T>
  HOST_DEVICE T operator()(T x) const {
    return atan(x);
  }
};

struct Sinh {
  template <class T>
  HOST_DEVICE T operator()(T x) const {
    return sinh(x);
  }
};

struct Cosh {
  template <class T>
  HOST_DEVICE T operator()(T x) const {
    return cosh(x);
  }
};

struct Exp2 {
  template <class T>
  HOST_DEVICE T operator()(T x) const {
    return exp2(x);
  }
};

struct Log2 {
  template <class T>
  HOST_DEVICE T operator()(T x) const {
    return log2(x);
  }
};

struct Log10 {
  template <class T>
  HOST_DEVICE T operator()(T x) const {
    return log10(x);
  }
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
  HOST_DEVICE T operator()(T a, T b) const {
    return atan2(a, b);
  }
};

END_MATH

#endif
