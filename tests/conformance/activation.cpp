#include "core/ops/activation.h"
#include "core/ops/activation_kernels.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "tests/conformance/op_table.h"
#include "tests/conformance/rows.h"

namespace tinytorch::conformance {
namespace {

/// x - log(sum(exp(x))).
std::vector<double> log_softmax_of(std::span<const double> x) {
  const double largest = *std::max_element(x.begin(), x.end());
  long double sum = 0;
  for (const double value : x) sum += std::exp(static_cast<long double>(value) - largest);
  const long double shift = largest + std::log(sum);
  std::vector<double> y;
  for (const double value : x) y.push_back(static_cast<double>(value - shift));
  return y;
}

std::vector<double> softmax_of(std::span<const double> x) {
  std::vector<double> y = log_softmax_of(x);
  for (double& value : y) value = std::exp(value);
  return y;
}

/// f, but NaN in all elements if any is NaN or inf. (With a NaN, std::max_element depends on its position.)
auto with_nan(std::vector<double> (*f)(std::span<const double>)) {
  return [f](std::span<const double> x) {
    const bool undefined =
        std::ranges::any_of(x, [](double value) { return std::isnan(value) || value == inf; });
    return undefined ? std::vector<double>(x.size(), nan) : f(x);
  };
}

double mish_of(double x) {
  return x * std::tanh(x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x)));
}

}  // namespace

void activation_rows() {
  row("relu", kernels::relu)
      .inputs(real(-3, 3).including({0.0, -0.0, inf, -inf, nan}))
      .reference([](double x) { return x < 0 ? 0.0 : x; })
      .exactly()
      .gradient(except_at({0.0}))
      .calls([](const auto& x) { return relu(x); });
  row("relu6")
      .inputs(real(-3, 9).including({0.0, -0.0, 6.0, 7.0, -1e4, 1e4, inf, -inf, nan}))
      .covers(kernels::hardtanh)
      .reference([](double x) { return x < 0   ? 0.0
                                       : x > 6 ? 6.0
                                               : x; })
      .exactly()
      .gradient(except_at({0.0, 6.0}))
      .calls([](const auto& x) { return relu6(x); });
  row("hardtanh")
      .inputs(real(-3, 3).including({0.0, -0.0, -0.5, 2.0, -1e4, 1e4, inf, -inf, nan}))
      .covers(kernels::hardtanh)
      .reference([](double x) { return x < -0.5 ? -0.5
                                       : x > 2  ? 2.0
                                                : x; })
      .exactly()
      .gradient(except_at({-0.5, 2.0}))
      .calls([](const auto& x) { return hardtanh(x, -0.5, 2); });
  row("logsigmoid", kernels::logsigmoid)
      .inputs(real(-5, 5).including({0.0, 30.0, -30.0, 1e4, -1e4, inf, -inf, nan}))
      .reference([](double x) { return x < -300 ? x : -std::log1p(std::exp(-x)); })
      .gradient(differentiable)
      .calls([](const auto& x) { return logsigmoid(x); });
  row("hardsigmoid", kernels::hardsigmoid)
      .inputs(real(-5, 5).including({0.0, -0.0, 3.0, -3.0, 1e4, -1e4, inf, -inf, nan}))
      .reference([](double x) { return x < -3  ? 0.0
                                       : x > 3 ? 1.0
                                               : (x + 3) / 6; })
      .gradient(except_at({-3.0, 3.0}))
      .calls([](const auto& x) { return hardsigmoid(x); });
  row("softsign", kernels::softsign)
      .inputs(real(-5, 5).including({0.0, -0.0, 1e4, -1e4, 1e30, inf, -inf, nan}))
      .reference([](double x) { return x / (1 + std::abs(x)); })
      .gradient(differentiable)
      .calls([](const auto& x) { return softsign(x); });
  row("selu", kernels::selu)
      .inputs(real(-5, 5).including({0.0, -0.0, 1e-10, 1e4, -1e4, inf, -inf, nan}))
      .reference(
          [](double x) { return 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * std::expm1(x)); })
      .gradient(except_at({0.0}))
      .calls([](const auto& x) { return selu(x); });
  row("mish", kernels::mish)
      .inputs(real(-5, 5).including({0.0, -0.0, 30.0, -30.0, 1e4, -1e4, inf, -inf, nan}))
      .reference(mish_of)
      .gradient(differentiable)
      .calls([](const auto& x) { return mish(x); });
  row("sigmoid", kernels::sigmoid)
      .inputs(real(-5, 5).including({0.0, 30.0, -30.0, 1e4, -1e4, inf, -inf, nan}))
      .reference([](double x) { return 1 / (1 + std::exp(-x)); })
      .gradient(differentiable)
      .calls([](const auto& x) { return sigmoid(x); });

  row("silu", kernels::silu)
      .inputs(real(-5, 5).including({0.0, -0.0, 30.0, -30.0, 1e4, -1e4, inf, -inf, nan}))
      .reference([](double x) { return x / (1 + std::exp(-x)); })
      .gradient(differentiable)
      .calls([](const auto& x) { return silu(x); });
  row("gelu", kernels::gelu)
      .inputs(real(-4, 4).including({0.0, -0.0, 30.0, -30.0, 1e4, -1e4, inf, -inf, nan}))
      .reference([](double x) { return x * (1 + std::erf(x / std::sqrt(2.0))) / 2; })
      .gradient(differentiable)
      .calls([](const auto& x) { return gelu(x); });
  row("gelu_tanh", kernels::gelu_tanh)
      .inputs(real(-4, 4).including({0.0, -0.0, 30.0, -30.0, inf, nan}))
      .reference([](double x) {
        return x * (1 + std::tanh(std::sqrt(2 / std::numbers::pi) * (x + 0.044715 * x * x * x))) / 2;
      })
      .gradient(differentiable)
      .calls([](const auto& x) { return gelu(x, GeluForm::tanh); });
  row("hardswish", kernels::hardswish)
      .inputs(real(-5, 5).including({0.0, -0.0, 3.0, -3.0, 1e4, -1e4, inf, -inf, nan}))
      .reference([](double x) { return x < -3  ? x * 0
                                       : x > 3 ? x
                                               : x * (x + 3) / 6; })
      .gradient(except_at({-3.0, 3.0}))
      .calls([](const auto& x) { return hardswish(x); });
  row("leaky_relu")
      .inputs(real(-3, 3).including({0.0, -0.0, inf, -inf, nan}))
      .covers(kernels::leaky_relu)
      .reference([](double x) { return x < 0 ? 0.125 * x : x; })
      .gradient(except_at({0.0}))
      .calls([](const auto& x) { return leaky_relu(x, 0.125); });
  row("elu")
      .inputs(real(-5, 5).including({0.0, -0.0, 1e-10, 1e4, -1e4, inf, -inf, nan}))
      .covers(kernels::elu)
      .reference([](double x) { return x > 0 ? x : 1.5 * std::expm1(x); })
      .gradient(except_at({0.0}))
      .calls([](const auto& x) { return elu(x, 1.5); });
  row("softplus")
      .inputs(real(-5, 5).including({0.0, 30.0, -30.0, 1e4, -1e4, inf, -inf, nan}))
      .covers(kernels::softplus)
      .reference([](double x) { return x > 300 ? x : std::log1p(std::exp(2 * x)) / 2; })
      .gradient(differentiable)
      .calls([](const auto& x) { return softplus(x, 2); });

  const Domain scores = real(-5, 5).including({50.0, -200.0, -inf});
  const Domain hostile = real(-5, 5).including({inf, -inf, nan});
  const std::vector<Shape> shapes{{1}, {7}, {3, 5}, {2, 3, 4}, {0, 3}, {3, 0}, {33, 1003}, {1003, 33}};
  row("softmax")
      .inputs(scores)
      .shapes(shapes)
      .covers(kernels::softmax)
      .reference([](const Array& x) { return apply_along_axis(x, x.shape.size() - 1, with_nan(softmax_of)); })
      .gradient(differentiable)
      .calls([](const auto& x) { return softmax(x); });
  row("softmax_of_first_axis")
      .inputs(scores)
      .shapes(shapes)
      .reference([](const Array& x) { return apply_along_axis(x, 0, with_nan(softmax_of)); })
      .gradient(differentiable)
      .calls([](const auto& x) { return softmax(x, 0); });
  row("softmax_of_middle_axis")
      .inputs(hostile)
      .shapes({{2, 3, 4}, {5, 1, 2}, {3, 129, 65}})
      .reference([](const Array& x) { return apply_along_axis(x, 1, with_nan(softmax_of)); })
      .gradient(differentiable)
      .calls([](const auto& x) { return softmax(x, -2); });
  row("log_softmax")
      .inputs(scores)
      .shapes(shapes)
      .covers(kernels::log_softmax)
      .reference(
          [](const Array& x) { return apply_along_axis(x, x.shape.size() - 1, with_nan(log_softmax_of)); })
      .gradient(differentiable)
      .calls([](const auto& x) { return log_softmax(x); });
  row("log_softmax_of_first_axis")
      .inputs(hostile)
      .shapes(shapes)
      .reference([](const Array& x) { return apply_along_axis(x, 0, with_nan(log_softmax_of)); })
      .gradient(differentiable)
      .calls([](const auto& x) { return log_softmax(x, 0); });

  for (const char* name : {"relu", "sigmoid", "gelu"}) {
    time_row(name, {{{1 << 18}}});
    time_row(name, {{{1 << 24}}});
  }
  for (const char* name : {"relu", "sigmoid", "gelu", "softmax"}) time_row(name, {{{4, 8}}});
  for (const char* name : {"softmax", "softmax_of_first_axis", "log_softmax"})
    time_row(name, {{{4096, 1024}}});
}

}  // namespace tinytorch::conformance
