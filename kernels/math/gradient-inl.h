// Gradients of elementwise functions as functors of (x or y, grad): see core/ops/elementwise_kernels.h and
// kernels/math/host_device.h. Those that share terms with their function are in activation-inl.h.

#include <concepts>

#include "kernels/math/activation-inl.h"

#if defined(TINYTORCH_MATH_GRADIENT_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef TINYTORCH_MATH_GRADIENT_INL_H
#undef TINYTORCH_MATH_GRADIENT_INL_H
#else
#define TINYTORCH_MATH_GRADIENT_INL_H
#endif

BEGIN_MATH

// Of activations.

/// NaN passes, as in PyTorch.
struct ReluGradient {
  template <class T>
  HOST_DEVICE T operator()(T y, T grad) const {
    return select(y <= T(0), T(0), grad);
  }
};

struct HardtanhGradient {
  double low, high;

  template <class T>
  HOST_DEVICE T operator()(T x, T grad) const {
    return select((x <= T(low)) | (x >= T(high)), T(0), grad);
  }
};

struct LeakyReluGradient {
  double slope;

  template <class T>
  HOST_DEVICE T operator()(T x, T grad) const {
    return select(x > T(0), grad, grad * T(slope));
  }
};

struct EluGradient {
  double alpha;

  template <class T>
  HOST_DEVICE T operator()(T x, T grad) const {
    return select(x <= T(0), grad * (T(alpha) * Exp{}(x)), grad);
  }
};

struct SeluGradient {
  template <class T>
  HOST_DEVICE T operator()(T x, T grad) const {
    return T(kernels::kSeluScale) * EluGradient{kernels::kSeluAlpha}(x, grad);
  }
};

struct SigmoidGradient {
  template <class T>
  HOST_DEVICE T operator()(T y, T grad) const {
    return grad * (y * (T(1) - y));
  }
};

struct LogSigmoidGradient {
  template <class T>
  HOST_DEVICE T operator()(T x, T grad) const {
    return grad * Sigmoid{}(-x);
  }
};

struct SoftplusGradient {
  double beta;

  template <class T>
  HOST_DEVICE T operator()(T x, T grad) const {
    return grad * Sigmoid{}(T(beta) * x);
  }
};

struct HardsigmoidGradient {
  template <class T>
  HOST_DEVICE T operator()(T x, T grad) const {
    return select(abs(x) < T(3), grad * T(1.0 / 6), T(0));
  }
};

struct HardswishGradient {
  template <class T>
  HOST_DEVICE T operator()(T x, T grad) const {
    const T middle = grad * fma(x, T(1.0 / 3), T(0.5));
    return select(x < T(-3), T(0), select(x <= T(3), middle, grad));
  }
};

/// Divides twice, because the square could overflow.
struct SoftsignGradient {
  template <class T>
  HOST_DEVICE T operator()(T x, T grad) const {
    const T d = T(1) + abs(x);
    return grad / d / d;
  }
};

// Of mathematical functions.

struct ProductGradient {
  double factor;

  template <class T>
  HOST_DEVICE T operator()(T x, T grad) const {
    return grad * T(factor) * x;
  }
};

struct QuotientGradient {
  double factor;

  template <class T>
  HOST_DEVICE T operator()(T x, T grad) const {
    return grad * T(factor) / x;
  }
};

/// The product with F(x).
template <class F>
struct ProductWith {
  template <class T>
  requires std::invocable<F, T> HOST_DEVICE T operator()(T x, T grad) const { return grad * F{}(x); }
};
using Expm1Gradient = ProductWith<Exp>;
using SinGradient = ProductWith<Cos>;
using SinhGradient = ProductWith<Cosh>;
using CoshGradient = ProductWith<Sinh>;

struct CosGradient {
  template <class T>
  requires std::invocable<Sin, T> HOST_DEVICE T operator()(T x, T grad) const { return grad * -Sin{}(x); }
};

struct TanGradient {
  template <class T>
  HOST_DEVICE T operator()(T y, T grad) const {
    return grad * fma(y, y, T(1));
  }
};

struct TanhGradient {
  template <class T>
  HOST_DEVICE T operator()(T y, T grad) const {
    return grad * fma(-y, y, T(1));
  }
};

struct AsinGradient {
  template <class T>
  HOST_DEVICE T operator()(T x, T grad) const {
    return grad / sqrt((T(1) - x) * (T(1) + x));
  }
};

struct AcosGradient {
  template <class T>
  HOST_DEVICE T operator()(T x, T grad) const {
    return -AsinGradient{}(x, grad);
  }
};

/// grad / (1 + x^2). Beyond 1 by its reciprocal, because the square could overflow.
struct AtanGradient {
  template <class T>
  HOST_DEVICE T operator()(T x, T grad) const {
    const T size = abs(x), inverse = T(1) / Maximum{}(size, T(1)), least = Minimum{}(size, inverse);
    return grad * inverse / fma(least, least, T(1)) * inverse;
  }
};

/// From left to right the products go from grad to the result, so none leaves the range between them.
struct RsqrtGradient {
  template <class T>
  HOST_DEVICE T operator()(T y, T grad) const {
    return grad * T(-0.5) * y * y * y;
  }
};

struct Log1pGradient {
  template <class T>
  HOST_DEVICE T operator()(T x, T grad) const {
    return grad / (T(1) + x);
  }
};

struct ErfGradient {
  template <class T>
  HOST_DEVICE T operator()(T x, T grad) const {
    constexpr double kSlope = 1.12837916709551257390;  // 2 / sqrt(pi)
    return grad * (Exp{}(-(x * x)) * T(kSlope));
  }
};

/// 0 at NaN, whose sign is NaN.
struct AbsGradient {
  template <class T>
  HOST_DEVICE T operator()(T x, T grad) const {
    return grad * select(x > T(0), T(1), select(x < T(0), T(-1), T(0)));
  }
};

// Of arithmetic.

struct ClampGradient {
  double low, high;

  template <class T>
  HOST_DEVICE T operator()(T x, T grad) const {
    return select((x < T(low)) | (x > T(high)), T(0), grad);
  }
};

/// From left to right, as RsqrtGradient.
struct ReciprocalGradient {
  template <class T>
  HOST_DEVICE T operator()(T y, T grad) const {
    return -grad * y * y;
  }
};

// Functors of (a, b, grad). They compute in f64, because powers and quotients can leave the range of f32
// where the gradient does not.

/// The gradient of the divisor.
struct DivGradient {
  template <class T>
  HOST_DEVICE T operator()(T a, T b, T grad) const {
    if constexpr (is_f32<T>) {  // f64 holds the square
      return in_f64([](auto a, auto b, auto grad) { return -(a * grad) / (b * b); }, a, b, grad);
    } else {
      return -(a / b * grad) / b;
    }
  }
};

struct PowGradient {
  template <class T>
  HOST_DEVICE T operator()(T a, T b, T grad) const {
    return in_f64(
        [](auto a, auto b, auto grad) {
          using F = decltype(a);
          return select(b == F(0), F(0), grad * b * pow_for<T>(a, b - F(1)));
        },
        a, b, grad);
  }
};

struct PowExponentGradient {
  template <class T>
  HOST_DEVICE T operator()(T a, T b, T grad) const {
    return in_f64(
        [](auto a, auto b, auto grad) {
          using F = decltype(a);
          const F infinity(Limits<F>::infinity());
          const auto vanishes = ((a == F(0)) & (b >= F(0))) | ((a == infinity) & (b < F(0)));
          return grad * pow_for<T>(a, b) * Log{}(select(vanishes, F(1), a));
        },
        a, b, grad);
  }
};

struct Atan2Gradient {
  template <class T>
  HOST_DEVICE T operator()(T a, T b, T grad) const {
    return in_f64([](auto a, auto b, auto grad) { return grad / (a * a + b * b) * b; }, a, b, grad);
  }
};
struct Atan2SecondGradient {
  template <class T>
  HOST_DEVICE T operator()(T a, T b, T grad) const {
    return -Atan2Gradient{}(b, a, grad);
  }
};

END_MATH

#endif
