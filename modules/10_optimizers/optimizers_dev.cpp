// Module 10: optimizers.
//
// The gradient says in which direction the loss rises. An optimizer decides how far to go the other way: by a
// fixed rate, with the velocity of earlier steps, or by a rate of its own for each parameter.
//
// Each function below is an exercise. Replace its todo() by your code, save, and run
//
//     ./tito module test 10

#include "modules/10_optimizers/optimizers.h"

#include <cmath>
#include <cstddef>
#include <numbers>

#include "modules/course/todo.h"

using tinytorch::course::todo;

namespace optimizers {

/// Stochastic gradient descent: each parameter p moves against its gradient g by p = p - rate g.
///
///     p = 1, g = 2, rate = 0.1: p becomes 0.8
void sgd(std::span<float> parameters, std::span<const float> gradient, double rate) {
  // BEGIN SOLUTION sgd
  for (std::size_t i = 0; i < parameters.size(); ++i) parameters[i] -= static_cast<float>(rate * gradient[i]);
  // END SOLUTION
}

/// Gradient descent with momentum (Polyak 1964, in PyTorch's form): a parameter has a velocity v, which is 0
/// before the first step.
///
///     v = factor v + g        p = p - rate v
///
/// 1. The velocity is kept for the next step: write it back.
void momentum(std::span<float> parameters, std::span<const float> gradient, std::span<float> velocity,
              double rate, double factor) {
  // BEGIN SOLUTION momentum
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    velocity[i] = static_cast<float>(factor * velocity[i] + gradient[i]);
    parameters[i] -= static_cast<float>(rate * velocity[i]);
  }
  // END SOLUTION
}

/// Adam (Kingma and Ba 2015, algorithm 1): running means of the gradient and of its square give each
/// parameter a step of its own size. Both are 0 before the first step, whose number is 1. The options' decay
/// is not read.
///
///     m = beta1 m + (1 - beta1) g                v = beta2 v + (1 - beta2) g²
///     p = p - rate m' / (√v' + epsilon)          m' = m / (1 - beta1^step), v' = v / (1 - beta2^step)
///
/// 1. The means begin at 0, and so are too small at first. m' and v' correct that: after the first step they
/// are g and g².
/// 2. Write m and v back, not m' and v'.
/// 3. epsilon is added to the root, not under it.
void adam(std::span<float> parameters, std::span<const float> gradient, std::span<float> mean,
          std::span<float> squares, const AdamOptions& options, std::int64_t step) {
  // BEGIN SOLUTION adam
  const auto number = static_cast<double>(step);
  const double correction1 = 1 - std::pow(options.beta1, number),
               correction2 = 1 - std::pow(options.beta2, number);
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const double g = gradient[i];
    mean[i] = static_cast<float>(options.beta1 * mean[i] + (1 - options.beta1) * g);
    squares[i] = static_cast<float>(options.beta2 * squares[i] + (1 - options.beta2) * g * g);
    const double root = std::sqrt(squares[i] / correction2);
    parameters[i] -= static_cast<float>(options.rate * mean[i] / correction1 / (root + options.epsilon));
  }
  // END SOLUTION
}

/// AdamW (Loshchilov and Hutter 2019, algorithm 2): Adam, and besides each parameter shrinks by the factor 1
/// - rate decay in each step. The decay is no part of the gradient, so that the running means do not see it.
///
/// 1. Shrink the parameter, then do as in adam.
void adamw(std::span<float> parameters, std::span<const float> gradient, std::span<float> mean,
           std::span<float> squares, const AdamOptions& options, std::int64_t step) {
  // BEGIN SOLUTION adamw
  const auto number = static_cast<double>(step);
  const double correction1 = 1 - std::pow(options.beta1, number),
               correction2 = 1 - std::pow(options.beta2, number);
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const double g = gradient[i];
    mean[i] = static_cast<float>(options.beta1 * mean[i] + (1 - options.beta1) * g);
    squares[i] = static_cast<float>(options.beta2 * squares[i] + (1 - options.beta2) * g * g);
    const double root = std::sqrt(squares[i] / correction2);
    const double shrunk = parameters[i] * (1 - options.rate * options.decay);
    parameters[i] =
        static_cast<float>(shrunk - options.rate * mean[i] / correction1 / (root + options.epsilon));
  }
  // END SOLUTION
}

/// A rate that falls from base to lowest along half a cosine, while step goes from 0 to steps (Loshchilov and
/// Hutter 2017, equation 5).
///
///     cosine_rate(1, 0, 0, 100) = 1    cosine_rate(1, 0, 25, 100) = 0.854    cosine_rate(1, 0.1, 100, 100) =
///     0.1
///
/// 1. (1 + cos(π step / steps)) / 2 falls from 1 to 0.
/// 2. Scale and shift it, so that it falls from base to lowest.
double cosine_rate(double base, double lowest, std::int64_t step, std::int64_t steps) {
  // BEGIN SOLUTION cosine_rate
  const double share = static_cast<double>(step) / static_cast<double>(steps);
  return lowest + (base - lowest) * (1 + std::cos(std::numbers::pi * share)) / 2;
  // END SOLUTION
}

/// Shortens a gradient that is too long, and leaves its direction.
///
///     clip({3, 4}, 1) makes it {0.6, 0.8}, and returns 5    clip({3, 4}, 10) changes nothing, and returns 5
///
/// 1. The norm: the root of the sum of the squares, in double, as the square of 1e20 is infinite in float.
/// 2. If it is greater than `longest`, multiply each element by longest / norm.
/// @return the norm before
double clip(std::span<float> gradient, double longest) {
  // BEGIN SOLUTION clip
  double sum = 0;
  for (const float element : gradient) sum += static_cast<double>(element) * element;
  const double norm = std::sqrt(sum);
  if (norm > longest) {
    for (float& element : gradient) element = static_cast<float>(element * (longest / norm));
  }
  return norm;
  // END SOLUTION
}

}  // namespace optimizers
