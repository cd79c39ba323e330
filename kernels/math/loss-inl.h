// The losses of core/ops/loss_kernels.h for one element, see kernels/math/host_device.h: value() and its
// derivative with respect to the prediction x, slope().

#include "core/ops/loss_kernels.h"
#include "kernels/math/activation-inl.h"

#if defined(TINYTORCH_MATH_LOSS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef TINYTORCH_MATH_LOSS_INL_H
#undef TINYTORCH_MATH_LOSS_INL_H
#else
#define TINYTORCH_MATH_LOSS_INL_H
#endif

BEGIN_MATH

struct SquaredError {
  template <class T>
  HOST_DEVICE T value(T x, T target) const {
    const T d = x - target;
    return d * d;
  }
  template <class T>
  HOST_DEVICE T slope(T x, T target) const {
    const T d = x - target;
    return d + d;
  }
};

struct AbsoluteError {
  template <class T>
  HOST_DEVICE T value(T x, T target) const {
    return abs(x - target);
  }
  /// 0 at NaN.
  template <class T>
  HOST_DEVICE T slope(T x, T target) const {
    return select(x > target, T(1), select(x < target, T(-1), T(0)));
  }
};

struct HuberLoss {
  double delta, divisor;

  template <class T>
  HOST_DEVICE T value(T x, T target) const {
    const T d = abs(x - target), bounded = Minimum{}(d, T(delta));
    return bounded / T(divisor) * fma(bounded, T(-0.5), d);
  }
  template <class T>
  HOST_DEVICE T slope(T x, T target) const {
    return Maximum{}(Minimum{}(x - target, T(delta)), T(-delta)) / T(divisor);
  }
};

struct BinaryCrossEntropy {
  template <class T>
  HOST_DEVICE T value(T x, T target) const {
    const T least(-100);
    return -fma(target, Maximum{}(Log{}(x), least), (T(1) - target) * Maximum{}(Log{}(T(1) - x), least));
  }
  template <class T>
  HOST_DEVICE T slope(T x, T target) const {
    return (x - target) / Maximum{}(x * (T(1) - x), T(1e-12));
  }
};

/// From exp(-|x|), which does not overflow.
struct LogisticLoss {
  template <class T>
  HOST_DEVICE T value(T x, T target) const {
    const T logarithm = Log1p{}(Exp{}(-abs(x)));
    return fma(T(1) - target, Maximum{}(x, T(0)) + logarithm, target * (Maximum{}(-x, T(0)) + logarithm));
  }
  /// Without cancellation where the prediction is certain.
  template <class T>
  HOST_DEVICE T slope(T x, T target) const {
    const T e = Exp{}(-abs(x)), larger = T(1) / (T(1) + e), smaller = e * larger;
    const T of_x = select(x < T(0), smaller, larger), of_minus_x = select(x < T(0), larger, smaller);
    return fma(T(1) - target, of_x, -(target * of_minus_x));
  }
};

struct Divergence {
  template <class T>
  HOST_DEVICE T value(T x, T target) const {
    return select(target == T(0), T(0), target * (Log{}(target)-x));
  }
  template <class T>
  HOST_DEVICE T slope(T, T target) const {
    return -target;
  }
};

struct DivergenceOfLogarithms {
  template <class T>
  HOST_DEVICE T value(T x, T target) const {
    return Exp{}(target) * (target - x);
  }
  template <class T>
  HOST_DEVICE T slope(T, T target) const {
    return -Exp{}(target);
  }
};

struct HingeLoss {
  double margin;

  template <class T>
  HOST_DEVICE T value(T x, T target) const {
    return Relu{}(T(margin) - target * x);
  }
  template <class T>
  HOST_DEVICE T slope(T x, T target) const {
    return select(T(margin) - target * x <= T(0), T(0), -target);
  }
};

/// The two terms of a target that is neither 1 nor -1 are added.
struct HingeEmbeddingLoss {
  double margin;

  template <class T>
  HOST_DEVICE T value(T x, T target) const {
    return select(target != T(-1), x, T(0)) + select(target != T(1), Relu{}(T(margin) - x), T(0));
  }
  template <class T>
  HOST_DEVICE T slope(T x, T target) const {
    const T similar = select(target != T(-1), T(1), T(0));
    return similar - select((target != T(1)) & (x < T(margin)), T(1), T(0));
  }
};

/// The loss of x and a target, and its gradient, as functors.
template <class Loss>
struct LossOf {
  Loss loss;
  template <class T>
  HOST_DEVICE T operator()(T x, T target) const {
    return loss.value(x, target);
  }
};
template <class Loss>
struct LossGradientOf {
  Loss loss;
  template <class T>
  HOST_DEVICE T operator()(T x, T target, T grad) const {
    return grad * loss.slope(x, target);
  }
};

/// Calls f with the loss.
template <class F>
void dispatch_loss(const kernels::LossForm& form, const F& f) {
  using kernels::LossKind;
  switch (form.kind) {
    case LossKind::squared_error:
      return f(SquaredError{});
    case LossKind::absolute_error:
      return f(AbsoluteError{});
    case LossKind::huber:
      return f(HuberLoss{form.parameter, form.divisor});
    case LossKind::binary_cross_entropy:
      return f(BinaryCrossEntropy{});
    case LossKind::binary_cross_entropy_with_logits:
      return f(LogisticLoss{});
    case LossKind::divergence:
      return f(Divergence{});
    case LossKind::divergence_of_logarithms:
      return f(DivergenceOfLogarithms{});
    case LossKind::hinge:
      return f(HingeLoss{form.parameter});
    case LossKind::hinge_embedding:
      return f(HingeEmbeddingLoss{form.parameter});
  }
}

END_MATH

#endif
