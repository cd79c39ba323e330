// The update of one element, or of a Vector's, with the hyperparameters of the step in their dtype; see
// kernels/math/host_device.h.

#include <cmath>

#include "core/ops/optimizer.h"
#include "kernels/math/arithmetic-inl.h"
#include "kernels/math/scalar-inl.h"

#if defined(TINYTORCH_MATH_OPTIMIZER_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef TINYTORCH_MATH_OPTIMIZER_INL_H
#undef TINYTORCH_MATH_OPTIMIZER_INL_H
#else
#define TINYTORCH_MATH_OPTIMIZER_INL_H
#endif

BEGIN_MATH

/// gradient + decay * parameter. A decay of 0 does not read the parameter, which may be infinite.
template <class T, class V>
HOST_DEVICE V with_decay(V gradient, T decay, V parameter) {
  return decay == T(0) ? gradient : fma(V(decay), parameter, gradient);
}

template <class T>
struct SgdUpdate {
  T learning_rate, momentum, weight_decay, one_minus_dampening;
  bool nesterov;

  explicit SgdUpdate(const SgdStep& step)
      : learning_rate(static_cast<T>(step.learning_rate)),
        momentum(static_cast<T>(step.momentum)),
        weight_decay(static_cast<T>(step.weight_decay)),
        one_minus_dampening(static_cast<T>(1 - step.dampening)),
        nesterov(step.nesterov) {}

  template <class V>
  HOST_DEVICE void operator()(V& parameter, V gradient) const {
    parameter = fma(V(-learning_rate), with_decay(gradient, weight_decay, parameter), parameter);
  }
  template <class V>
  HOST_DEVICE void operator()(V& parameter, V gradient, V& velocity) const {
    const V g = with_decay(gradient, weight_decay, parameter);
    velocity = fma(V(momentum), velocity, V(one_minus_dampening) * g);
    const V move = nesterov ? fma(V(momentum), velocity, g) : velocity;
    parameter = fma(V(-learning_rate), move, parameter);
  }
};

template <class T>
struct AdamUpdate {
  T beta1, one_minus_beta1, beta2, one_minus_beta2, epsilon;
  T coupled_decay;             // added to the gradient
  T decay_factor;              // 1 - learning_rate weight_decay where it is decoupled, else 1
  T step_size;                 // learning_rate / correction1
  T inverse_sqrt_correction2;  // 1 / sqrt(correction2)

  explicit AdamUpdate(const AdamStep& step)
      : beta1(static_cast<T>(step.beta1)),
        one_minus_beta1(static_cast<T>(1 - step.beta1)),
        beta2(static_cast<T>(step.beta2)),
        one_minus_beta2(static_cast<T>(1 - step.beta2)),
        epsilon(static_cast<T>(step.epsilon)),
        coupled_decay(static_cast<T>(step.decoupled ? 0.0 : step.weight_decay)),
        decay_factor(static_cast<T>(step.decoupled ? 1 - step.learning_rate * step.weight_decay : 1.0)),
        step_size(static_cast<T>(step.learning_rate / step.correction1)),
        inverse_sqrt_correction2(static_cast<T>(1 / std::sqrt(step.correction2))) {}

  /// largest may be null: not kept.
  template <class V>
  HOST_DEVICE void operator()(V& parameter, V gradient, V& first, V& second, V* largest) const {
    const V g = with_decay(gradient, coupled_decay, parameter);
    first = fma(V(beta1), first, V(one_minus_beta1) * g);
    second = fma(V(beta2), second, V(one_minus_beta2) * (g * g));
    V v = second;
    if (largest != nullptr) v = *largest = Maximum{}(*largest, second);
    const V move = V(step_size) * first / fma(sqrt(v), V(inverse_sqrt_correction2), V(epsilon));
    parameter = fma(V(decay_factor), parameter, -move);
  }
};

template <class T>
struct RmspropUpdate {
  T learning_rate, alpha, one_minus_alpha, epsilon, weight_decay, momentum;

  explicit RmspropUpdate(const RmspropStep& step)
      : learning_rate(static_cast<T>(step.learning_rate)),
        alpha(static_cast<T>(step.alpha)),
        one_minus_alpha(static_cast<T>(1 - step.alpha)),
        epsilon(static_cast<T>(step.epsilon)),
        weight_decay(static_cast<T>(step.weight_decay)),
        momentum(static_cast<T>(step.momentum)) {}

  /// velocity and mean may be null: not kept.
  template <class V>
  HOST_DEVICE void operator()(V& parameter, V gradient, V& squares, V* velocity, V* mean) const {
    const V g = with_decay(gradient, weight_decay, parameter);
    squares = fma(V(alpha), squares, V(one_minus_alpha) * (g * g));
    V variance = squares;
    if (mean != nullptr) {
      *mean = fma(V(alpha), *mean, V(one_minus_alpha) * g);
      variance = fma(-*mean, *mean, squares);
      variance = select(variance < V(0), V(0), variance);  // negative by rounding
    }
    V move = g / (sqrt(variance) + V(epsilon));
    if (velocity != nullptr) move = *velocity = fma(V(momentum), *velocity, move);
    parameter = fma(V(-learning_rate), move, parameter);
  }
};

template <class T>
struct AdagradUpdate {
  T learning_rate, epsilon, weight_decay, initial;

  explicit AdagradUpdate(const AdagradStep& step)
      : learning_rate(static_cast<T>(step.learning_rate)),
        epsilon(static_cast<T>(step.epsilon)),
        weight_decay(static_cast<T>(step.weight_decay)),
        initial(static_cast<T>(step.initial)) {}

  template <class V>
  HOST_DEVICE void operator()(V& parameter, V gradient, V& squares) const {
    const V g = with_decay(gradient, weight_decay, parameter);
    squares = fma(g, g, squares);
    parameter = parameter - V(learning_rate) * g / (sqrt(squares + V(initial)) + V(epsilon));
  }
};

template <class T>
struct LionUpdate {
  T learning_rate, beta1, one_minus_beta1, beta2, one_minus_beta2, decay_factor;

  explicit LionUpdate(const LionStep& step)
      : learning_rate(static_cast<T>(step.learning_rate)),
        beta1(static_cast<T>(step.beta1)),
        one_minus_beta1(static_cast<T>(1 - step.beta1)),
        beta2(static_cast<T>(step.beta2)),
        one_minus_beta2(static_cast<T>(1 - step.beta2)),
        decay_factor(static_cast<T>(1 - step.learning_rate * step.weight_decay)) {}

  template <class V>
  HOST_DEVICE void operator()(V& parameter, V gradient, V& momentum) const {
    const V direction = fma(V(beta1), momentum, V(one_minus_beta1) * gradient);
    momentum = fma(V(beta2), momentum, V(one_minus_beta2) * gradient);
    const V move =
        select(direction > V(0), V(learning_rate), select(direction < V(0), V(-learning_rate), direction));
    parameter = fma(V(decay_factor), parameter, -move);
  }
};

END_MATH

#endif
