#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/ops/activation_kernels.h"
#include "core/ops/arithmetic_kernels.h"
#include "core/ops/internal/activation.h"
#include "core/ops/internal/elementwise.h"
#include "core/ops/math_kernels.h"
#include "tests/conformance/op_table.h"
#include "tests/conformance/rows.h"

// The gradient kernels alone. The rows of their functions check that they compute the derivatives.
namespace tinytorch::conformance {
namespace {

// The kernels' operands do not broadcast.
const std::vector<std::vector<Shape>> kPairs{
    {{}, {}}, {{7}, {7}}, {{0}, {0}}, {{3, 5}, {3, 5}}, {{131, 67}, {131, 67}}};

/// The row of kernel(x, grad, parameters...), which multiplies grad by the derivative at x.
template <class Slot, class Derivative, class... Parameters>
void gradient_row(const Slot& kernel, const Domain& domain, Derivative derivative, Parameters... parameters) {
  Row* added = nullptr;
  if constexpr (sizeof...(Parameters) == 0) {
    added = &row(kernel.name(), kernel);
  } else {
    added = &row(kernel.name()).covers(kernel);
  }
  added->inputs(domain, real(-2, 2))
      .operand_shapes(kPairs)
      .skip_dtype_errors()
      .reference([=](double x, double grad) { return grad * derivative(x); })
      .gradient(not_differentiable)
      .calls([&kernel, parameters...](const Tensor& x, const Tensor& grad) {
        return elementwise_gradient(kernel, x, grad, parameters...);
      });
}

double logistic(double x) { return 1 / (1 + std::exp(-x)); }

double mish_slope(double x) {
  const double t = std::tanh(x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x)));
  return t + x * logistic(x) * (1 - t * t);
}

double gelu_slope(double x) {
  const double density = std::exp(-x * x / 2) / std::sqrt(2 * std::numbers::pi);
  return (1 + std::erf(x / std::sqrt(2.0))) / 2 + x * density;
}

double gelu_tanh_slope(double x) {
  const double scale = std::sqrt(2 / std::numbers::pi);
  const double t = std::tanh(scale * (x + 0.044715 * x * x * x));
  return (1 + t + x * (1 - t * t) * scale * (1 + 3 * 0.044715 * x * x)) / 2;
}

void activation_gradient_rows() {
  const Domain slopes = real(-4, 4).including({0.0, 30.0, -30.0, nan});
  const Domain wide = slopes.including({0.0, -0.0, 30.0, -30.0, 1e4, -1e4, inf, -inf, nan});
  const Domain probability = real(0, 1).including({0.0, 1.0, nan});
  gradient_row(kernels::relu_gradient, wide, [](double y) { return y <= 0 ? 0.0 : 1.0; });
  gradient_row(kernels::sigmoid_gradient, probability, [](double y) { return y * (1 - y); });
  gradient_row(kernels::logsigmoid_gradient, wide, [](double x) { return logistic(-x); });
  gradient_row(kernels::hardsigmoid_gradient, wide, [](double x) { return std::abs(x) < 3 ? 1.0 / 6 : 0.0; });
  gradient_row(kernels::softsign_gradient, wide,
               [](double x) { return 1 / (1 + std::abs(x)) / (1 + std::abs(x)); });
  gradient_row(kernels::selu_gradient, wide,
               [](double x) { return 1.0507009873554805 * (x <= 0 ? 1.6732632423543772 * std::exp(x) : 1); });
  gradient_row(kernels::mish_gradient, slopes, mish_slope);
  gradient_row(kernels::silu_gradient, slopes,
               [](double x) { return logistic(x) * (1 + x * (1 - logistic(x))); });
  gradient_row(kernels::gelu_gradient, slopes, gelu_slope);
  gradient_row(kernels::gelu_tanh_gradient, slopes, gelu_tanh_slope);
  gradient_row(kernels::hardswish_gradient, wide.including({3.0, -3.0, 1e4, inf, -inf, nan}), [](double x) {
    return x < -3 ? 0.0 : x <= 3 ? x / 3 + 0.5 : 1.0;
  });
  gradient_row(
      kernels::leaky_relu_gradient, wide, [](double x) { return x > 0 ? 1.0 : 0.125; }, 0.125);
  gradient_row(
      kernels::elu_gradient, wide, [](double x) { return x <= 0 ? 1.5 * std::exp(x) : 1.0; }, 1.5);
  gradient_row(
      kernels::softplus_gradient, wide, [](double x) { return logistic(2 * x); }, 2.0);
  gradient_row(
      kernels::hardtanh_gradient, wide.including({-0.5, 2.0, 1e4, -inf, nan}),
      [](double x) { return x <= -0.5 || x >= 2 ? 0.0 : 1.0; }, -0.5, 2.0);
}

void math_gradient_rows() {
  const Domain any = real(-4, 4).including({0.0, -0.0, inf, -inf, nan});
  const Domain angle = real(-6, 6).including({0.0, nan});
  const Domain within_one = real(-0.9, 0.9).including({0.0, 1.5, nan});
  gradient_row(kernels::expm1_gradient, any, [](double x) { return std::exp(x); });
  gradient_row(kernels::log1p_gradient, real(-0.9, 9).including({0.0, 1e20, nan}),
               [](double x) { return 1 / (1 + x); });
  gradient_row(kernels::rsqrt_gradient, real(0.2, 3).including({nan}),
               [](double y) { return -0.5 * y * y * y; });
  gradient_row(kernels::sin_gradient, angle, [](double x) { return std::cos(x); });
  gradient_row(kernels::cos_gradient, angle, [](double x) { return -std::sin(x); });
  gradient_row(kernels::tan_gradient, any, [](double y) { return 1 + y * y; });
  gradient_row(kernels::asin_gradient, within_one, [](double x) { return 1 / std::sqrt((1 - x) * (1 + x)); });
  gradient_row(kernels::acos_gradient, within_one,
               [](double x) { return -1 / std::sqrt((1 - x) * (1 + x)); });
  gradient_row(kernels::atan_gradient, any.including({0.0, 1.0, 1e10, -1e25, inf, -inf, nan}),
               [](double x) { return 1 / (1 + x * x); });
  gradient_row(kernels::sinh_gradient, any, [](double x) { return std::cosh(x); });
  gradient_row(kernels::cosh_gradient, any, [](double x) { return std::sinh(x); });
  gradient_row(kernels::tanh_gradient, real(-1, 1).including({1.0, -1.0, nan}),
               [](double y) { return 1 - y * y; });
  gradient_row(kernels::erf_gradient, any,
               [](double x) { return 2 * std::numbers::inv_sqrtpi * std::exp(-x * x); });
  gradient_row(kernels::abs_gradient, any, [](double x) { return x > 0 ? 1.0 : x < 0 ? -1.0 : 0.0; });
  gradient_row(
      kernels::product_gradient, any, [](double x) { return 2 * x; }, 2.0);
  gradient_row(
      kernels::quotient_gradient, real(0.1, 4).including({inf, nan}), [](double x) { return 0.5 / x; }, 0.5);
}

void arithmetic_gradient_rows() {
  const Domain any = real(-4, 4).including({0.0, -0.0, -0.5, 2.0, inf, -inf, nan});
  gradient_row(
      kernels::clamp_gradient, any, [](double x) { return x < -0.5 || x > 2 ? 0.0 : 1.0; }, -0.5, 2.0);
  gradient_row(kernels::reciprocal_gradient, any, [](double y) { return -y * y; });
}

/// The row of kernel(a, b, grad), which multiplies grad by the derivative with respect to an operand.
void binary_gradient_row(const kernels::BinaryGradientKernel& kernel, const Domain& of_a, const Domain& of_b,
                         double (*derivative)(double a, double b)) {
  row(kernel.name())
      .covers(kernel)
      .inputs(of_a, of_b, real(-2, 2))
      .skip_dtype_errors()
      .reference([=](double a, double b, double grad) { return grad * derivative(a, b); })
      .gradient(not_differentiable)
      .calls([&kernel](const Tensor& a, const Tensor& b, const Tensor& grad) {
        return TernaryOperands(kernel.name(), {"a", a}, {"b", b}, {"grad", grad}, true).map(kernel);
      });
}

void binary_gradient_rows() {
  const Domain any = real(-4, 4).including({0.0, 1.0, inf, nan}), base = real(0.2, 3).including({nan});
  const Domain exponent = real(-2, 3).including({0.0, 1.0, 2.0, -1.0, 0.5});
  binary_gradient_row(kernels::div_gradient, any, real(0.2, 4).including({0.0, -1.0, inf, nan}),
                      [](double a, double b) { return -a / b / b; });
  binary_gradient_row(kernels::pow_gradient, base, exponent,
                      [](double a, double b) { return b == 0 ? 0 : b * std::pow(a, b - 1); });
  binary_gradient_row(kernels::pow_exponent_gradient, base.including({0.0, inf, nan}), exponent,
                      [](double a, double b) {
                        const bool vanishes = (a == 0 && b >= 0) || (std::isinf(a) && b < 0);
                        return vanishes ? 0.0 : std::pow(a, b) * std::log(a);
                      });
  binary_gradient_row(kernels::atan2_gradient, any, any,
                      [](double a, double b) { return 1 / (a * a + b * b) * b; });
  binary_gradient_row(kernels::atan2_second_gradient, any, any,
                      [](double a, double b) { return -1 / (a * a + b * b) * a; });
}

double sum_of(std::span<const double> x) {
  long double sum = 0;
  for (const double value : x) sum += value;
  return static_cast<double>(sum);
}

/// The row of a gradient of softmax or log_softmax along an axis: gradient(y, grad, s) of each element, where
/// s is the sum along the axis of summand(y, grad).
template <class Summand, class Gradient>
void along_axis_row(const std::string& name, const kernels::AlongAxisGradientKernel& kernel,
                    const Domain& results, int axis, const std::vector<Shape>& shapes, Summand summand,
                    Gradient gradient) {
  std::vector<std::vector<Shape>> pairs;
  for (const Shape& shape : shapes) pairs.push_back({shape, shape});
  row(name)
      .inputs(results, real(-2, 2))
      .covers(kernel)
      .operand_shapes(pairs)
      .skip_dtype_errors()
      .reference([=](const Array& y, const Array& grad) {
        const int along = axis < 0 ? y.shape.size() + axis : axis;
        const Array summands = generate(y.shape, [&](const Dims& at) { return summand(y(at), grad(at)); });
        const Array sums = reduce(summands, {along}, true, sum_of);
        return generate(
            y.shape, [&](const Dims& at) { return gradient(y(at), grad(at), broadcast_element(sums, at)); });
      })
      .gradient(not_differentiable)
      .calls([&kernel, axis](const Tensor& y, const Tensor& grad) {
        return gradient_along_axis(kernel, y, grad, axis);
      });
}

void softmax_gradient_rows() {
  const std::vector<Shape> shapes{{1},    {7},        {3, 5},     {2, 3, 4}, {0, 3},
                                  {3, 0}, {33, 1003}, {1003, 33}, {2, 3001}};
  const std::vector<Shape> cubes{{2, 3, 4}, {5, 1, 2}, {3, 129, 65}};
  const auto of_softmax = [](const std::string& name, int axis, const std::vector<Shape>& of_both) {
    along_axis_row(
        name, kernels::softmax_gradient, real(0, 0.02).including({0.0}), axis, of_both,
        [](double y, double grad) { return y * grad; },
        [](double y, double grad, double sum) { return y * (grad - sum); });
  };
  of_softmax("softmax_gradient", -1, shapes);
  of_softmax("softmax_gradient_of_first_axis", 0, shapes);
  of_softmax("softmax_gradient_of_middle_axis", 1, cubes);
  const auto of_log_softmax = [](const std::string& name, int axis, const std::vector<Shape>& of_both) {
    along_axis_row(
        name, kernels::log_softmax_gradient, real(-9, -4).including({-inf, -200.0}), axis, of_both,
        [](double, double grad) { return grad; },
        [](double y, double grad, double sum) { return grad - std::exp(y) * sum; });
  };
  of_log_softmax("log_softmax_gradient", -1, shapes);
  of_log_softmax("log_softmax_gradient_of_first_axis", 0, shapes);
  of_log_softmax("log_softmax_gradient_of_middle_axis", 1, cubes);
}

}  // namespace

void gradient_rows() {
  activation_gradient_rows();
  math_gradient_rows();
  arithmetic_gradient_rows();
  binary_gradient_rows();
  softmax_gradient_rows();
}

}  // namespace tinytorch::conformance
