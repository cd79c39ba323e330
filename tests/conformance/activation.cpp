#include "core/ops/activation.h"

#include <algorithm>
#include <cmath>

#include "tests/conformance/op_table.h"
#include "tests/conformance/rows.h"

namespace tinytorch::conformance {
namespace {

/// x minus the logarithm of the sum of the exponentials; NaN where that is none.
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

/// A NaN anywhere makes the line NaN; std::max_element would depend on where it stands.
auto with_nan(std::vector<double> (*f)(std::span<const double>)) {
  return [f](std::span<const double> x) {
    const bool undefined =
        std::ranges::any_of(x, [](double value) { return std::isnan(value) || value == inf; });
    return undefined ? std::vector<double>(x.size(), nan) : f(x);
  };
}

}  // namespace

void activation_rows() {
  row("relu", kernels::relu)
      .inputs(real(-3, 3).including({0.0, -0.0, inf, -inf, nan}))
      .reference([](double x) { return x < 0 ? 0.0 : x; })
      .exactly()
      .gradient(except_at({0.0}))
      .calls([](const auto& x) { return relu(x); });
  row("sigmoid", kernels::sigmoid)
      .inputs(real(-5, 5).including({0.0, 30.0, -30.0, 1e4, -1e4, inf, -inf, nan}))
      .reference([](double x) { return 1 / (1 + std::exp(-x)); })
      .gradient(differentiable)
      .calls([](const auto& x) { return sigmoid(x); });

  const Domain scores = real(-5, 5).including({50.0, -200.0, -inf});
  const Domain hostile = real(-5, 5).including({inf, -inf, nan});
  const std::vector<Shape> shapes{{1}, {7}, {3, 5}, {2, 3, 4}, {0, 3}, {3, 0}, {33, 1003}, {1003, 33}};
  row("softmax")
      .inputs(scores)
      .shapes(shapes)
      .covers(kernels::softmax)
      .reference([](const Array& x) { return map_along(x, x.shape.size() - 1, with_nan(softmax_of)); })
      .gradient(differentiable)
      .calls([](const auto& x) { return softmax(x); });
  row("softmax_of_first_axis")
      .inputs(scores)
      .shapes(shapes)
      .reference([](const Array& x) { return map_along(x, 0, with_nan(softmax_of)); })
      .gradient(differentiable)
      .calls([](const auto& x) { return softmax(x, 0); });
  row("softmax_of_middle_axis")
      .inputs(hostile)
      .shapes({{2, 3, 4}, {5, 1, 2}, {3, 129, 65}})
      .reference([](const Array& x) { return map_along(x, 1, with_nan(softmax_of)); })
      .gradient(differentiable)
      .calls([](const auto& x) { return softmax(x, -2); });
  row("log_softmax")
      .inputs(scores)
      .shapes(shapes)
      .covers(kernels::log_softmax)
      .reference([](const Array& x) { return map_along(x, x.shape.size() - 1, with_nan(log_softmax_of)); })
      .gradient(differentiable)
      .calls([](const auto& x) { return log_softmax(x); });
  row("log_softmax_of_first_axis")
      .inputs(hostile)
      .shapes(shapes)
      .reference([](const Array& x) { return map_along(x, 0, with_nan(log_softmax_of)); })
      .gradient(differentiable)
      .calls([](const auto& x) { return log_softmax(x, 0); });
}

}  // namespace tinytorch::conformance
