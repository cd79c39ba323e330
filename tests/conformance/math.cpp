#include "core/ops/math.h"
#include "core/ops/elementwise_kernels.h"
#include "core/ops/math_kernels.h"

#include <cmath>

#include "tests/conformance/op_table.h"
#include "tests/conformance/rows.h"

namespace tinytorch::conformance {
namespace {

/// The row of a real function.
template <class Reference, class Call>
Row& real_row(const char* name, const kernels::UnaryKernel& kernel, const Domain& domain, Reference reference,
              Call call) {
  Row& added = row(name, kernel).inputs(domain).reference(reference).gradient(differentiable);
  added.calls(call);
  return added;
}

/// The row of a function that rounds to integers.
template <class Reference, class Call>
void rounding_row(const char* name, const kernels::UnaryKernel& kernel, Reference reference, Call call) {
  row(name, kernel)
      .inputs(real(-9, 9).including(
          {0.0, -0.0, 0.5, 1.5, 2.5, -0.5, -1.5, 0.4999999, 3.0, -7.0, 1e20, inf, -inf, nan}))
      .dtypes(kNumericDTypes)
      .reference(reference)
      .exactly_with_signed_zeros()
      .gradient(except_at({-9,   -8.5, -8,   -7.5, -7,   -6.5, -6,  -5.5, -5,  -4.5, -4,  -3.5, -3,
                           -2.5, -2,   -1.5, -1,   -0.5, 0,    0.5, 1,    1.5, 2,    2.5, 3,    3.5,
                           4,    4.5,  5,    5.5,  6,    6.5,  7,   7.5,  8,   8.5,  9}))
      .calls(call);
}

}  // namespace

void math_rows() {
  real_row(
      "exp", kernels::exp,
      real(-5, 5).including({0.0, -0.0, 80.0, 90.0, -80.0, -110.0, 1e4, -1e4, inf, -inf, nan}),
      [](double x) { return std::exp(x); }, [](const auto& x) { return exp(x); });
  real_row(
      "exp2", kernels::exp2,
      real(-5, 5).including({0.0, -0.0, 100.0, 130.0, -130.0, -160.0, 1e4, -1e4, inf, -inf, nan}),
      [](double x) { return std::exp2(x); }, [](const auto& x) { return exp2(x); });
  real_row(
      "expm1", kernels::expm1,
      real(-5, 5).including(
          {0.0, -0.0, 1e-10, -1e-10, 0.34, 0.35, -0.35, 80.0, 90.0, -80.0, 1e4, -1e4, inf, -inf, nan}),
      [](double x) { return std::expm1(x); }, [](const auto& x) { return expm1(x); });
  real_row(
      "log", kernels::log, real(0.1, 10).including({0.0, -0.0, 1.0, 1e-30, 1e30, -1.0, inf, -inf, nan}),
      [](double x) { return std::log(x); }, [](const auto& x) { return log(x); });
  real_row(
      "log2", kernels::log2, real(0.1, 10).including({0.0, -0.0, 1.0, 1e-30, 1e30, -1.0, inf, -inf, nan}),
      [](double x) { return std::log2(x); }, [](const auto& x) { return log2(x); });
  real_row(
      "log10", kernels::log10, real(0.1, 10).including({0.0, -0.0, 1.0, 1e-30, 1e30, -1.0, inf, -inf, nan}),
      [](double x) { return std::log10(x); }, [](const auto& x) { return log10(x); });
  real_row(
      "log1p", kernels::log1p,
      real(-0.9, 10).including({0.0, -0.0, 1e-10, -1e-10, 1e30, -1.0, -1.5, inf, -inf, nan}),
      [](double x) { return std::log1p(x); }, [](const auto& x) { return log1p(x); });
  real_row(
      "sqrt", kernels::sqrt, real(0.1, 10).including({0.0, -0.0, 2.0, 1e-30, 1e30, -1.0, inf, -inf, nan}),
      [](double x) { return std::sqrt(x); }, [](const auto& x) { return sqrt(x); })
      .exactly();
  real_row(
      "rsqrt", kernels::rsqrt, real(0.1, 10).including({0.0, -0.0, 2.0, 1e-30, 1e30, -1.0, inf, -inf, nan}),
      [](double x) { return 1 / std::sqrt(x); }, [](const auto& x) { return rsqrt(x); });
  real_row(
      "sin", kernels::sin, real(-6, 6).including({0.0, -0.0, 1e-10, 100.0, -1000.0, inf, -inf, nan}),
      [](double x) { return std::sin(x); }, [](const auto& x) { return sin(x); });
  real_row(
      "cos", kernels::cos, real(-6, 6).including({0.0, -0.0, 1e-10, 100.0, -1000.0, inf, -inf, nan}),
      [](double x) { return std::cos(x); }, [](const auto& x) { return cos(x); });
  real_row(
      "tan", kernels::tan, real(-1.4, 1.4).including({0.0, -0.0, 1e-10, 100.0, inf, -inf, nan}),
      [](double x) { return std::tan(x); }, [](const auto& x) { return tan(x); });
  real_row(
      "asin", kernels::asin, real(-0.9, 0.9).including({0.0, -0.0, 1.0, -1.0, 1.5, inf, nan}),
      [](double x) { return std::asin(x); }, [](const auto& x) { return asin(x); });
  real_row(
      "acos", kernels::acos, real(-0.9, 0.9).including({0.0, -0.0, 1.0, -1.0, 1.5, inf, nan}),
      [](double x) { return std::acos(x); }, [](const auto& x) { return acos(x); });
  real_row(
      "atan", kernels::atan, real(-6, 6).including({0.0, -0.0, 1e-10, 1e10, inf, -inf, nan}),
      [](double x) { return std::atan(x); }, [](const auto& x) { return atan(x); });
  real_row(
      "sinh", kernels::sinh, real(-4, 4).including({0.0, -0.0, 1e-10, 1e4, inf, -inf, nan}),
      [](double x) { return std::sinh(x); }, [](const auto& x) { return sinh(x); });
  real_row(
      "cosh", kernels::cosh, real(-4, 4).including({0.0, -0.0, 1e-10, 1e4, inf, -inf, nan}),
      [](double x) { return std::cosh(x); }, [](const auto& x) { return cosh(x); });
  real_row(
      "tanh", kernels::tanh, real(-3, 3).including({0.0, -0.0, 1e-10, 30.0, -30.0, 1e4, inf, -inf, nan}),
      [](double x) { return std::tanh(x); }, [](const auto& x) { return tanh(x); });
  real_row(
      "erf", kernels::erf,
      real(-3, 3).including({0.0, -0.0, 1e-10, 0.999, 1.0, 3.9, 4.1, -30.0, inf, -inf, nan}),
      [](double x) { return std::erf(x); }, [](const auto& x) { return erf(x); });

  rounding_row(
      "floor", kernels::floor, [](double x) { return std::floor(x); },
      [](const auto& x) { return floor(x); });
  rounding_row(
      "ceil", kernels::ceil, [](double x) { return std::ceil(x); }, [](const auto& x) { return ceil(x); });
  rounding_row(
      "trunc", kernels::trunc, [](double x) { return std::trunc(x); },
      [](const auto& x) { return trunc(x); });
  rounding_row(
      "round", kernels::round, [](double x) { return std::nearbyint(x); },
      [](const auto& x) { return round(x); });

  row("atan2", kernels::atan2)
      .inputs(real(0.2, 5).including({0.0, -0.0, 1.0, -1.0, inf, -inf, nan}),
              real(-5, 5).including({0.0, -0.0, 1.0, -1.0, inf, -inf, nan}))
      .dtypes(kNumericDTypes)
      .kernel_dtypes(kFloatingDTypes)
      .result_dtype(ResultDType::int_to_f32)
      .promotes()
      .reference([](double a, double b) { return std::atan2(a, b); })
      .gradient(differentiable)
      .calls([](const auto& a, const auto& b) { return atan2(a, b); });

  for (const char* name : {"exp", "tanh", "sin", "log"}) time_row(name, {{{1 << 24}}});
  for (const char* name : {"exp", "log", "tanh", "sin"}) time_row(name, {{{1 << 20}}, DType::f64});
  for (const char* name : {"exp", "sqrt", "tanh"}) time_row(name, {{{4, 8}}});
}

}  // namespace tinytorch::conformance
