// Module 03: activations, and their derivatives.
//
// A layer computes weighted sums. Without something between them, two layers are one: a product of matrices
// is a matrix. An activation is a function that bends: it is applied to each element (softmax: to each row)
// between layers.
//
// Each function below is an exercise. Replace its todo() by your code, save, and run
//
//     ./tito module test 03
//
// README.md of this folder is the lesson. Functions of <cmath> are yours to use, but where one has the
// exercise's name.

#include "modules/03_activations/activations.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>

#include "modules/course/todo.h"

using tinytorch::course::todo;

namespace activations {

/// ReLU, the rectified linear unit: x where it is positive, else 0.
///
///     relu(-2) = 0    relu(3) = 3    relu(NaN) = NaN
///
/// 1. Compare x with 0.
/// 2. NaN means that something went wrong before. It must stay NaN, or nobody would see it.
/// Hint: each comparison with NaN is false. Which of `x > 0 ? x : 0` and `x < 0 ? 0 : x` gives NaN for NaN?
float relu(float x) {
  // BEGIN SOLUTION relu
  return x < 0 ? 0 : x;
  // END SOLUTION
}

/// The gradient of relu: how the loss changes with x, if it changes with relu(x) by grad.
///
///     relu_gradient(3, 5) = 5    relu_gradient(-2, 5) = 0    relu_gradient(0, 5) = 0    relu_gradient(NaN,
///     5) = 5
///
/// 1. The slope of relu is 1 where x is positive, and 0 where it is negative.
/// 2. By the chain rule, the result is the slope times grad.
/// 3. At 0 there is no slope. The convention is 0. Where x is NaN, grad passes.
float relu_gradient(float x, float grad) {
  // BEGIN SOLUTION relu_gradient
  return x <= 0 ? 0 : grad;
  // END SOLUTION
}

/// The logistic function 1 / (1 + e^-x), which maps all numbers to (0, 1): a probability.
///
///     sigmoid(0) = 0.5    sigmoid(1000) = 1    sigmoid(-90) = 8.19e-40
///
/// 1. e^-x is infinite below x = -88. Then 1 / (1 + e^-x) is 0, though the result is a number that a float
/// has.
/// 2. Multiplied by e^x / e^x it is e^x / (e^x + 1). Now e^x is infinite above x = 88, and inf / inf is NaN.
/// 3. So take the one for positive x and the other for negative x: the exponent is never positive.
float sigmoid(float x) {
  // BEGIN SOLUTION sigmoid
  const float e = std::exp(x < 0 ? x : -x);
  return (x < 0 ? e : 1) / (1 + e);
  // END SOLUTION
}

/// The gradient of sigmoid. y is its result, which was computed before and is not computed again.
///
///     sigmoid_gradient(0.5, 1) = 0.25    sigmoid_gradient(1, 1) = 0
///
/// 1. The derivative of 1 / (1 + e^-x) by x is y (1 - y): section 2 of README.md derives it.
/// 2. The chain rule multiplies it by grad.
float sigmoid_gradient(float y, float grad) {
  // BEGIN SOLUTION sigmoid_gradient
  return grad * y * (1 - y);
  // END SOLUTION
}

/// The hyperbolic tangent (e^x - e^-x) / (e^x + e^-x), in (-1, 1). Without std::tanh.
///
///     tanh(0.5) = 0.4621172    tanh(100) = 1    tanh(1e-4) = 1e-4
///
/// 1. Both exponentials are infinite for large x; inf / inf is NaN.
/// 2. With e = e^(-2|x|), which is at most 1, the result is (1 - e) / (1 + e) for positive x, and minus that
/// for negative x.
/// 3. For small x, e is nearly 1, and 1 - e has lost its digits. std::expm1(a) is e^a - 1 with all of them.
/// Hint: std::copysign(magnitude, x) has the sign of x, and keeps a NaN.
float tanh(float x) {
  // BEGIN SOLUTION tanh
  const float t = std::expm1(-2 * std::abs(x));
  return std::copysign(t / (2 + t), x);
  // END SOLUTION
}

/// The gradient of tanh from its result y: the slope is 1 - y².
///
///     tanh_gradient(0, 3) = 3    tanh_gradient(0.5, 1) = 0.75
float tanh_gradient(float y, float grad) {
  // BEGIN SOLUTION tanh_gradient
  return grad * (1 - y * y);
  // END SOLUTION
}

/// GELU, x times the probability that a number from the standard normal distribution is less than x:
/// x (1 + erf(x / √2)) / 2 (Hendrycks and Gimpel 2016, "Gaussian error linear units").
///
///     gelu(1) = 0.8413447    gelu(-1) = -0.1586553    gelu(-5) = -1.433e-6
///
/// 1. std::erf is the error function.
/// 2. For negative x, erf is nearly -1, and 1 + erf has lost its digits. std::erfc(a) is 1 - erf(a) with all
/// of them, and
///    erf(-a) = -erf(a).
float gelu(float x) {
  // BEGIN SOLUTION gelu
  const float root_half = static_cast<float>(std::numbers::sqrt2 / 2);
  return x / 2 * std::erfc(-x * root_half);
  // END SOLUTION
}

/// The gradient of gelu. With Φ(x) = (1 + erf(x / √2)) / 2 and its derivative φ(x) = e^(-x²/2) / √(2π), gelu
/// is x Φ(x).
///
///     gelu_gradient(0, 2) = 1    gelu_gradient(1, 1) = 1.0833155
///
/// 1. The product rule: the derivative of x Φ(x) is Φ(x) + x φ(x).
/// 2. Times grad.
float gelu_gradient(float x, float grad) {
  // BEGIN SOLUTION gelu_gradient
  const float root_half = static_cast<float>(std::numbers::sqrt2 / 2);
  const float probability = std::erfc(-x * root_half) / 2;
  const float density = static_cast<float>(std::numbers::inv_sqrtpi) * root_half * std::exp(-x * x / 2);
  return grad * (probability + x * density);
  // END SOLUTION
}

/// Softmax of a row: y_i = e^(x_i) / (e^(x_0) + e^(x_1) + ...). The results are positive and add up to 1.
///
///     softmax({0, 0}) = {0.5, 0.5}    softmax({1000, 1000}) = {0.5, 0.5}    softmax({-1000, -1001}) =
///     {0.731, 0.269}
///
/// 1. e^1000 is infinite. But y does not change if all x have the same number taken from them: subtract the
/// largest.
///    The largest exponent is then 0, and the sum at least 1.
/// 2. x and y have the same size, at least 1. One loop for the largest, one for the exponentials and their
/// sum, one that divides.
/// 3. Add up in double: thousands of small floats, added to a large one, would be lost.
void softmax(std::span<const float> x, std::span<float> y) {
  // BEGIN SOLUTION softmax
  float largest = x[0];
  for (const float element : x) {
    if (element > largest || std::isnan(element)) largest = element;
  }
  double sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    y[i] = std::exp(x[i] - largest);
    sum += y[i];
  }
  for (float& element : y) element = static_cast<float>(element / sum);
  // END SOLUTION
}

/// The gradient of softmax from its results y: dx_i = y_i (grad_i - s), where s is the sum of all y_j grad_j.
///
///     softmax_gradient({0.5, 0.5}, {1, 0}) = {0.25, -0.25}
///
/// 1. Each y_j depends on each x_i, for x_i is in the sum that all are divided by: section 5 of README.md
/// derives it.
/// 2. Compute s first, in double, then dx.
void softmax_gradient(std::span<const float> y, std::span<const float> grad, std::span<float> dx) {
  // BEGIN SOLUTION softmax_gradient
  double sum = 0;
  for (std::size_t i = 0; i < y.size(); ++i) sum += static_cast<double>(y[i]) * grad[i];
  for (std::size_t i = 0; i < y.size(); ++i) dx[i] = static_cast<float>(y[i] * (grad[i] - sum));
  // END SOLUTION
}

}  // namespace activations
