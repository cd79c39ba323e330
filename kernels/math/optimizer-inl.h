// The update of one element, with the hyperparameters of the step in the dtype of the parameter; see
// kernels/math/host_device.h.

#include <cmath>

#include "core/ops/optimizer.h"
#include "kernels/math/arithmetic-inl.h"
#include "kernels/math/host_device.h"

#if defined(TINYTORCH_MATH_OPTIMIZER_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef TINYTORCH_MATH_OPTIMIZER_INL_H
#undef TINYTORCH_MATH_OPTIMIZER_INL_H
#else
#define TINYTORCH_MATH_OPTIMIZER_INL_H
#endif

BEGIN_MATH

/// gradient + decay * parameter. A decay of 0 does not read the parameter, which may be infinite.
template <class T>
HOST_DEVICE T with_decay(T gradient, T decay, T parameter) {
  return decay == T(0) ? gradient : gradient + decay * parameter;
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

  HOST_DEVICE void operator()(T& parameter, T gradient) const {
    parameter -= learning_rate * with_decay(gradient, weight_decay, parameter);
  }
  HOST_DEVICE void operator()(T& parameter, T gradient, T& velocity) const {
    const T g = with_decay(gradient, weight_decay, parameter);
    const T v = momentum * velocity + one_minus_dampening * g;
    velocity = v;
    parameter -= learning_rate * (nesterov ? g + momentum * v : v);
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
  HOST_DEVICE void operator()(T& parameter, T gradient, T& first, T& second, T* largest) const {
    const T g = with_decay(gradient, coupled_decay, parameter);
    const T m = beta1 * first + one_minus_beta1 * g;
    T v = beta2 * second + one_minus_beta2 * (g * g);
    first = m;
    second = v;
    if (largest != nullptr) {
      v = Maximum{}(*largest, v);
      *largest = v;
    }
    parameter =
        decay_factor * parameter - step_size * m / (std::sqrt(v) * inverse_sqrt_correction2 + epsilon);
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
  HOST_DEVICE void operator()(T& parameter, T gradient, T& squares, T* velocity, T* mean) const {
    const T g = with_decay(gradient, weight_decay, parameter);
    squares = alpha * squares + one_minus_alpha * (g * g);
    T variance = squares;
    if (mean != nullptr) {
      *mean = alpha * *mean + one_minus_alpha * g;
      variance -= *mean * *mean;
      if (variance < T(0)) variance = T(0);  // negative by rounding
    }
    T move = g / (std::sqrt(variance) + epsilon);
    if (velocity != nullptr) {
      move += momentum * *velocity;
      *velocity = move;
    }
    parameter -= learning_rate * move;
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

  HOST_DEVICE void operator()(T& parameter, T gradient, T& squares) const {
    const T g = with_decay(gradient, weight_decay, parameter);
    squares += g * g;
    parameter -= learning_rate * g / (std::sqrt(squares + initial) + epsilon);
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

  HOST_DEVICE void operator()(T& parameter, T gradient, T& momentum) const {
    const T direction = beta1 * momentum + one_minus_beta1 * gradient;
    momentum = beta2 * momentum + one_minus_beta2 * gradient;
    const T move = direction > T(0) ? learning_rate : direction < T(0) ? -learning_rate : direction;
    parameter = decay_factor * parameter - move;
  }
};

END_MATH

#endif
