// Functors of core/ops/activation.h, see kernels/math/host_device.h.

#include "core/ops/activation_kernels.h"
#include "kernels/math/arithmetic-inl.h"
#include "kernels/math/math-inl.h"

#if defined(TINYTORCH_MATH_ACTIVATION_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef TINYTORCH_MATH_ACTIVATION_INL_H
#undef TINYTORCH_MATH_ACTIVATION_INL_H
#else
#define TINYTORCH_MATH_ACTIVATION_INL_H
#endif

BEGIN_MATH

/// max(x, 0); NaN stays NaN.
struct Relu {
  template <class T>
  HOST_DEVICE T operator()(T x) const {
    return select(x < T(0), T(0), x);
  }
};

/// relu(a + b).
struct AddRelu {
  template <class T>
  HOST_DEVICE T operator()(T a, T b) const {
    return Relu{}(a + b);
  }
};

/// Computed from exp(-|x|), which does not overflow and keeps small results accurate; within 2.4 ulp in f32.
struct Sigmoid {
  template <class T>
  HOST_DEVICE T operator()(T x) const {
    const T e = Exp{}(-abs(x));
    return select(x < T(0), e, T(1)) / (T(1) + e);
  }
};

/// log(sigmoid(x)) = -log(1 + exp(-x)), from exp(-|x|), which does not overflow.
struct LogSigmoid {
  template <class T>
  HOST_DEVICE T operator()(T x) const {
    return Minimum{}(x, T(0)) - Log1p{}(Exp{}(-abs(x)));
  }
};

/// min(max(x + 3, 0), 6) / 6.
struct Hardsigmoid {
  template <class T>
  HOST_DEVICE T operator()(T x) const {
    return Clamp{}(x + T(3), T(0), T(6)) * T(1.0 / 6);
  }
};

/// x / (1 + |x|).
struct Softsign {
  template <class T>
  HOST_DEVICE T operator()(T x) const {
    return x / (T(1) + abs(x));
  }
};

// The gradients are functions of x and the gradient of the result.

/// x / (1 + exp(-x)).
struct Silu {
  template <class T>
  HOST_DEVICE T operator()(T x) const {
    return x * Sigmoid{}(x);
  }
};
struct SiluGradient {
  template <class T>
  HOST_DEVICE T operator()(T x, T grad) const {
    const T s = Sigmoid{}(x);
    return grad * s * fma(x, T(1) - s, T(1));
  }
};

/// x times the cumulative distribution function of the standard normal distribution at x.
struct Gelu {
  template <class T>
  HOST_DEVICE T operator()(T x) const {
    return x * normal_cdf(x);
  }
};
struct GeluGradient {
  template <class T>
  HOST_DEVICE T operator()(T x, T grad) const {
    constexpr double kDensity = 0.39894228040143267794;  // 1 / sqrt(2 pi)
    return grad * fma(x * T(kDensity), Exp{}(T(-0.5) * x * x), normal_cdf(x));
  }
};

/// The approximation of Gelu with tanh in place of erf.
struct GeluTanh {
  template <class T>
  HOST_DEVICE T operator()(T x) const {
    return T(0.5) * x * (T(1) + Tanh{}(argument(x)));
  }
  template <class T>
  HOST_DEVICE static T argument(T x) {
    return T(kScale) * fma(T(kCubic) * x * x, x, x);
  }
  static constexpr double kScale = 0.79788456080286535588;  // sqrt(2 / pi)
  static constexpr double kCubic = 0.044715;
};
struct GeluTanhGradient {
  template <class T>
  HOST_DEVICE T operator()(T given, T grad) const {
    // Beyond the bounds the derivative is constant, and the squares would overflow.
    const T x = Minimum{}(Maximum{}(given, T(-1000)), T(1000));
    const T t = Tanh{}(GeluTanh::argument(x));
    const T slope = T(GeluTanh::kScale) * fma(T(3 * GeluTanh::kCubic) * x, x, T(1));
    return grad * T(0.5) * fma(x * fma(-t, t, T(1)), slope, T(1) + t);
  }
};

/// x tanh(log(1 + exp(x))). With n = exp(x) (exp(x) + 2) the tanh is n / (n + 2), without cancellation. A
/// positive x expands the fraction by exp(-x)^2, so that nothing overflows.
struct Mish {
  template <class T>
  HOST_DEVICE T operator()(T x) const {
    return x * slope(x, Exp{}(-abs(x)));
  }
  /// tanh(log(1 + exp(x))), where e = exp(-|x|).
  template <class T>
  HOST_DEVICE static T slope(T x, T e) {
    return select(x < T(0), e * (e + T(2)), fma(T(2), e, T(1))) / denominator(x, e);
  }
  template <class T>
  HOST_DEVICE static T denominator(T x, T e) {
    return select(x < T(0), fma(e, e + T(2), T(2)), fma(T(2) * e, T(1) + e, T(1)));
  }
};
/// The derivative is t + x sigmoid(x) (1 - t^2), where t is the tanh.
struct MishGradient {
  template <class T>
  HOST_DEVICE T operator()(T x, T grad) const {
    const T e = Exp{}(-abs(x));
    const T d = Mish::denominator(x, e);
    const T bend = T(4) * e * (T(1) + e) * select(x < T(0), T(1), e) / (d * d);
    return grad * fma(x, bend, Mish::slope(x, e));
  }
};

/// x min(max(x + 3, 0), 6) / 6.
struct Hardswish {
  template <class T>
  HOST_DEVICE T operator()(T x) const {
    return x * Hardsigmoid{}(x);
  }
};

// Functors with parameters.

/// min(max(x, low), high).
struct Hardtanh {
  double low, high;

  template <class T>
  HOST_DEVICE T operator()(T x) const {
    return Clamp{}(x, T(low), T(high));
  }
};

/// max(x, 0) + slope min(x, 0).
struct LeakyRelu {
  double slope;

  template <class T>
  HOST_DEVICE T operator()(T x) const {
    return select(x < T(0), T(slope) * x, x);
  }
};

/// x where x > 0, else alpha (exp(x) - 1).
struct Elu {
  double alpha;

  template <class T>
  HOST_DEVICE T operator()(T x) const {
    return select(x > T(0), x, T(alpha) * Expm1{}(x));
  }
};

/// The constant scale times elu(x, alpha).
struct Selu {
  template <class T>
  HOST_DEVICE T operator()(T x) const {
    return T(kernels::kSeluScale) * Elu{kernels::kSeluAlpha}(x);
  }
};

/// log(1 + exp(beta x)) / beta, in a form that does not overflow.
struct Softplus {
  double beta;

  template <class T>
  HOST_DEVICE T operator()(T x) const {
    const T scaled = T(beta) * x;
    return (Maximum{}(scaled, T(0)) + Log1p{}(Exp{}(-abs(scaled)))) / T(beta);
  }
};

END_MATH

#endif
