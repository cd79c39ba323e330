#include "core/ops/math.h"

#include <cmath>

#include "tests/conformance/op_table.h"
#include "tests/conformance/rows.h"

namespace tinytorch::conformance {

void math_rows() {
  row("exp", kernels::exp)
      .inputs(real(-5, 5).including({0.0, -0.0, 80.0, 90.0, -80.0, -110.0, 1e4, -1e4, inf, -inf, nan}))
      .reference([](double x) { return std::exp(x); })
      .gradient(differentiable)
      .calls([](const auto& x) { return exp(x); });
  row("log", kernels::log)
      .inputs(real(0.1, 10).including({0.0, -0.0, 1.0, 1e-30, 1e30, -1.0, inf, -inf, nan}))
      .reference([](double x) { return std::log(x); })
      .gradient(differentiable)
      .calls([](const auto& x) { return log(x); });
  row("sqrt", kernels::sqrt)
      .inputs(real(0.1, 10).including({0.0, -0.0, 2.0, 1e-30, 1e30, -1.0, inf, -inf, nan}))
      .reference([](double x) { return std::sqrt(x); })
      .exactly()
      .gradient(differentiable)
      .calls([](const auto& x) { return sqrt(x); });
  row("sin", kernels::sin)
      .inputs(real(-6, 6).including({0.0, -0.0, 1e-10, 100.0, -1000.0, inf, -inf, nan}))
      .reference([](double x) { return std::sin(x); })
      .gradient(differentiable)
      .calls([](const auto& x) { return sin(x); });
  row("cos", kernels::cos)
      .inputs(real(-6, 6).including({0.0, -0.0, 1e-10, 100.0, -1000.0, inf, -inf, nan}))
      .reference([](double x) { return std::cos(x); })
      .gradient(differentiable)
      .calls([](const auto& x) { return cos(x); });
  row("tanh", kernels::tanh)
      .inputs(real(-3, 3).including({0.0, -0.0, 1e-10, 30.0, -30.0, 1e4, inf, -inf, nan}))
      .reference([](double x) { return std::tanh(x); })
      .gradient(differentiable)
      .calls([](const auto& x) { return tanh(x); });
}

}  // namespace tinytorch::conformance
