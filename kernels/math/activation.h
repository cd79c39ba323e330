#pragma once

#include "core/ops/activation_kernels.h"
#include "kernels/math/arithmetic.h"
#include "kernels/math/host_device.h"
#include "kernels/math/math.h"

/// Functors of core/ops/activation.h.
namespace tinytorch::math {

/// max(x, 0); NaN stays NaN.
struct Relu {
  template <class T>
  HOST_DEVICE T operator()(T x) const {
    return x < T(0) ? T(0) : x;
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
    const T e = Exp{}(x < T(0) ? x : -x);
    return (x < T(0) ? e : T(1)) / (T(1) + e);
  }
};

/// log(sigmoid(x)) = -log(1 + exp(-x)), from exp(-|x|), which does not overflow.
struct LogSigmoid {
  template <class T>
  HOST_DEVICE T operator()(T x) const {
    return Minimum{}(x, T(0)) - Log1p{}(Exp{}(x < T(0) ? x : -x));
  }
};

/// min(max(x + 3, 0), 6) / 6.
struct Hardsigmoid {
  template <class T>
  HOST_DEVICE T operator()(T x) const {
    return Minimum{}(Maximum{}(x + T(3), T(0)), T(6)) / T(6);
  }
};

/// x / (1 + |x|).
struct Softsign {
  template <class T>
  HOST_DEVICE T operator()(T x) const {
    return x / (T(1) + Abs{}(x));
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
    return grad * s * (T(1) + x * (T(1) - s));
  }
};

/// x times the cumulative distribution function of the standard normal distribution at x.
struct Gelu {
  template <class T>
  HOST_DEVICE T operator()(T x) const {
    return T(0.5) * x * (T(1) + Erf{}(x * T(kRootHalf)));
  }
  static constexpr double kRootHalf = 0.70710678118654752440;
};
struct GeluGradient {
  template <class T>
  HOST_DEVICE T operator()(T x, T grad) const {
    constexpr double kDensity = 0.39894228040143267794;  // 1 / sqrt(2 pi)
    const T cdf = T(0.5) * (T(1) + Erf{}(x * T(Gelu::kRootHalf)));
    return grad * (cdf + x * T(kDensity) * Exp{}(T(-0.5) * x * x));
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
    return T(kScale) * (x + T(kCubic) * x * x * x);
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
    const T slope = T(GeluTanh::kScale) * (T(1) + T(3 * GeluTanh::kCubic) * x * x);
    return grad * T(0.5) * (T(1) + t + x * (T(1) - t * t) * slope);
  }
};

/// x tanh(log(1 + exp(x))). With n = exp(x) (exp(x) + 2) the tanh is n / (n + 2), without cancellation. A
/// positive x expands the fraction by exp(-x)^2, so that nothing overflows.
struct Mish {
  template <class T>
  HOST_DEVICE T operator()(T x) const {
    const T e = Exp{}(x < T(0) ? x : -x);
    return x * slope(x, e);
  }
  /// tanh(log(1 + exp(x))), where e = exp(-|x|).
  template <class T>
  HOST_DEVICE static T slope(T x, T e) {
    return (x < T(0) ? e * (e + T(2)) : T(1) + T(2) * e) / denominator(x, e);
  }
  template <class T>
  HOST_DEVICE static T denominator(T x, T e) {
    return x < T(0) ? e * (e + T(2)) + T(2) : T(1) + T(2) * e * (T(1) + e);
  }
};
/// The derivative is t + x sigmoid(x) (1 - t^2), where t is the tanh.
struct MishGradient {
  template <class T>
  HOST_DEVICE T operator()(T x, T grad) const {
    const T e = Exp{}(x < T(0) ? x : -x);
    const T d = Mish::denominator(x, e);
    const T bend = T(4) * e * (T(1) + e) * (x < T(0) ? T(1) : e) / (d * d);
    return grad * (Mish::slope(x, e) + x * bend);
  }
};

/// x min(max(x + 3, 0), 6) / 6.
struct Hardswish {
  template <class T>
  HOST_DEVICE T operator()(T x) const {
    return x * Minimum{}(Maximum{}(x + T(3), T(0)), T(6)) / T(6);
  }
};

// Functors with parameters.

/// min(max(x, low), high).
struct Hardtanh {
  double low, high;

  template <class T>
  HOST_DEVICE T operator()(T x) const {
    return Minimum{}(Maximum{}(x, static_cast<T>(low)), static_cast<T>(high));
  }
};

/// max(x, 0) + slope min(x, 0).
struct LeakyRelu {
  double slope;

  template <class T>
  HOST_DEVICE T operator()(T x) const {
    return x < T(0) ? static_cast<T>(slope) * x : x;
  }
};

/// x where x > 0, else alpha (exp(x) - 1).
struct Elu {
  double alpha;

  template <class T>
  HOST_DEVICE T operator()(T x) const {
    return x > T(0) ? x : static_cast<T>(alpha) * Expm1{}(x);
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
    const T scaled = static_cast<T>(beta) * x;
    const T size = scaled < T(0) ? -scaled : scaled;
    return (Maximum{}(scaled, T(0)) + Log1p{}(Exp{}(-size))) / static_cast<T>(beta);
  }
};

}  // namespace tinytorch::math
