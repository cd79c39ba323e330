#include <cmath>

#include "core/ops/arithmetic.h"
#include "core/ops/arithmetic_kernels.h"
#include "core/ops/copy.h"
#include "tests/conformance/op_table.h"
#include "tests/conformance/rows.h"

namespace tinytorch::conformance {

namespace {

/// Python's %.
double remainder_of(double a, double b) {
  const double rest = std::fmod(a, b);
  return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
}

void clamp_rows() {
  const Domain wide = real(-9, 9).including({0.0, -0.0, 2.0, -1.0, inf, -inf, nan});
  row("clamp")
      .inputs(wide)
      .covers(kernels::clamp)
      .dtypes(kNumericDTypes)
      .skip_dtype_errors()
      .reference([](double x) { return x < 0   ? 0
                                       : x > 3 ? 3
                                               : x; })
      .exactly()
      .gradient(except_at({0.0, 3.0}))
      .calls([](const auto& x) { return clamp(x, 0, 3); });
  row("clamp_min")
      .inputs(wide)
      .covers(kernels::clamp_min)
      .dtypes(kNumericDTypes)
      .skip_dtype_errors()
      .reference([](double x) { return x < 1 ? 1 : x; })
      .exactly()
      .gradient(except_at({1.0}))
      .calls([](const auto& x) { return clamp_min(x, 1); });
  row("clamp_max")
      .inputs(wide)
      .covers(kernels::clamp_max)
      .dtypes(kNumericDTypes)
      .skip_dtype_errors()
      .reference([](double x) { return x > 2 ? 2 : x; })
      .exactly()
      .gradient(except_at({2.0}))
      .calls([](const auto& x) { return clamp_max(x, 2); });
  row("clamp_between_tensors")
      .covers(kernels::clamp)
      .inputs(wide, real(-5, 1), real(0, 6))
      .dtypes(kNumericDTypes)
      .skip_dtype_errors()
      .reference([](double x, double low, double high) {
        const double raised = x < low ? low : x;
        return raised > high ? high : raised;
      })
      .exactly()
      .gradient(except_at_ties)
      .calls([](const auto& x, const auto& low, const auto& high) { return clamp(x, low, high); });

  for (const char* name : {"clamp_min", "clamp_max"}) time_row(name, {{{1 << 20}}});
}

void weighted_rows() {
  const Domain values = real(-9, 9);
  row("addcmul")
      .covers(kernels::addcmul)
      .inputs(values, values, values)
      .reference([](double x, double a, double b) { return x + 0.5 * a * b; })
      .tolerances({2e-6, 1e-5}, {1e-13, 1e-13})
      .skip_dtype_errors()
      .gradient(differentiable)
      .calls([](const auto& x, const auto& a, const auto& b) { return addcmul(x, a, b, 0.5); });
  row("lerp")
      .covers(kernels::lerp)
      .inputs(values, values, real(-1, 2))
      .reference([](double a, double b, double weight) { return a + weight * (b - a); })
      .tolerances({2e-6, 1e-5}, {1e-13, 1e-13})
      .skip_dtype_errors()
      .gradient(differentiable)
      .calls([](const auto& a, const auto& b, const auto& weight) { return lerp(a, b, weight); });
  row("reciprocal")
      .covers(kernels::div)
      .inputs(real(0.5, 9).including({0.0, -0.0, inf, -inf, nan}))
      .dtypes(kNumericDTypes)
      .result_dtype(ResultDType::int_to_f32)
      .skip_dtype_errors()
      .reference([](double x) { return 1 / x; })
      .exactly()
      .gradient(differentiable)
      .calls([](const auto& x) { return reciprocal(x); });
}

}  // namespace

void arithmetic_rows() {
  clamp_rows();
  weighted_rows();
  const Domain any = real(-100, 100).including({0.0, -0.0, 1e30, inf, -inf, nan});

  row("add", kernels::add)
      .inputs(any, any)
      .dtypes(kAllDTypes)
      .promotes()
      .reference([](double a, double b) { return a + b; })
      .exactly()
      .gradient(differentiable)
      .calls([](const auto& a, const auto& b) { return a + b; });
  row("sub", kernels::sub)
      .inputs(any, any)
      .dtypes(kNumericDTypes)
      .promotes()
      .reference([](double a, double b) { return a - b; })
      .exactly()
      .gradient(differentiable)
      .calls([](const auto& a, const auto& b) { return a - b; });
  row("mul", kernels::mul)
      .inputs(any, any)
      .dtypes(kAllDTypes)
      .promotes()
      .reference([](double a, double b) { return a * b; })
      .exactly()
      .gradient(differentiable)
      .calls([](const auto& a, const auto& b) { return a * b; });
  row("div", kernels::div)
      .inputs(any, real(0.5, 9).including({0.0, -0.0, inf, -inf, nan}))
      .dtypes(kNumericDTypes)
      .kernel_dtypes(kFloatingDTypes)
      .result_dtype(ResultDType::int_to_f32)
      .promotes()
      .reference([](double a, double b) { return a / b; })
      .exactly()
      .gradient(differentiable)
      .calls([](const auto& a, const auto& b) { return a / b; });
  row("div_by_zero")
      .inputs(real(-1, 1), real(-0.5, 0.5))  // as integers: -1, 0 and 1 by 0
      .dtypes(kNumericDTypes)
      .result_dtype(ResultDType::int_to_f32)
      .covers(kernels::div)
      .reference([](double a, double b) { return a / b; })
      .exactly()
      .gradient(not_differentiable)
      .calls([](const Tensor& a, const Tensor& b) { return a / b; });
  row("pow", kernels::pow)
      .inputs(real(0.2, 3).including({0.0, 1.0, -2.0, inf, nan}),
              real(-2, 3).including({0.0, 1.0, 2.0, -1.0, 0.5}))
      .dtypes(kNumericDTypes)
      .promotes()
      .reference([](double a, double b) { return std::pow(a, b); })
      .gradient(differentiable)
      .calls([](const auto& a, const auto& b) { return pow(a, b); });
  const Domain divisors = real(0.6, 4).including({1.0, 2.0, -2.0, -1.0, inf, -inf, nan});
  row("remainder", kernels::remainder)
      .inputs(real(-20, 20).including({0.0, -0.0, 4.0, -4.0, 1e10, inf, nan}), divisors)
      .dtypes(kNumericDTypes)
      .reference(remainder_of)
      .exactly()
      .gradient(differentiable)
      .calls([](const auto& a, const auto& b) { return remainder(a, b); });
  row("floor_divide", kernels::floor_divide)
      .inputs(real(-20, 20).including({0.0, -0.0, 4.0, -4.0, nan}), divisors)
      .dtypes(kNumericDTypes)
      .reference([](double a, double b) {
        if (std::isinf(b) && std::isfinite(a)) return a == 0 || (a < 0) == (b < 0) ? 0.0 : -1.0;
        return std::floor((a - remainder_of(a, b)) / b + 0.5);
      })
      .exactly()
      .gradient(not_differentiable)
      .calls([](const auto& a, const auto& b) { return floor_divide(a, b); });
  row("floor_divide_by_few")
      .inputs(real(-9, 9), real(-1, 1))  // as integers: -1, 0 and 1
      .dtypes({DType::i32, DType::i64})
      .reference([](double a, double b) { return b == 0 ? 0 : std::floor(a / b); })
      .skip_dtype_errors()
      .exactly()
      .gradient(not_differentiable)
      .calls([](const Tensor& a, const Tensor& b) { return floor_divide(a, b); });
  row("remainder_of_few")
      .inputs(real(-9, 9), real(-1, 1))
      .dtypes({DType::i32, DType::i64})
      .reference([](double, double) { return 0; })
      .skip_dtype_errors()
      .exactly()
      .gradient(not_differentiable)
      .calls([](const Tensor& a, const Tensor& b) { return remainder(a, b); });
  row("maximum", kernels::maximum)
      .inputs(any, any)
      .dtypes(kAllDTypes)
      .promotes()
      .reference([](double a, double b) { return std::isnan(a) || std::isnan(b) ? nan
                                                 : a > b                        ? a
                                                                                : b; })
      .exactly()
      .gradient(except_at_ties)
      .calls([](const auto& a, const auto& b) { return maximum(a, b); });
  row("minimum", kernels::minimum)
      .inputs(any, any)
      .dtypes(kAllDTypes)
      .promotes()
      .reference([](double a, double b) { return std::isnan(a) || std::isnan(b) ? nan
                                                 : a < b                        ? a
                                                                                : b; })
      .exactly()
      .gradient(except_at_ties)
      .calls([](const auto& a, const auto& b) { return minimum(a, b); });

  row("neg", kernels::neg)
      .inputs(any)
      .dtypes(kNumericDTypes)
      .reference([](double x) { return -x; })
      .exactly_with_signed_zeros()
      .gradient(differentiable)
      .calls([](const auto& x) { return -x; });
  row("abs", kernels::abs)
      .inputs(any)
      .dtypes(kNumericDTypes)
      .reference([](double x) { return std::abs(x); })
      .exactly_with_signed_zeros()
      .gradient(except_at({0.0}))
      .calls([](const auto& x) { return abs(x); });
  row("sign", kernels::sign)
      .inputs(any)
      .dtypes(kNumericDTypes)
      .reference([](double x) { return x < 0   ? -1.0
                                       : x > 0 ? 1.0
                                               : x; })
      .exactly_with_signed_zeros()
      .gradient(except_at({0.0}))
      .calls([](const auto& x) { return sign(x); });

  const std::vector<std::vector<Shape>> fitting{
      {{}, {}}, {{7}, {}}, {{3, 5}, {5}}, {{2, 3, 4}, {3, 1}}, {{0, 2}, {2}}};
  row("add_in_place")
      .inputs(any, any)
      .dtypes(kAllDTypes)
      .operand_shapes(fitting)
      .reference([](double a, double b) { return a + b; })
      .exactly()
      .gradient(not_differentiable)
      .calls([](const Tensor& a, const Tensor& b) {
        Tensor y = clone(a);
        return y += b;
      });
  row("sub_in_place")
      .inputs(any, any)
      .dtypes(kNumericDTypes)
      .operand_shapes(fitting)
      .reference([](double a, double b) { return a - b; })
      .exactly()
      .gradient(not_differentiable)
      .calls([](const Tensor& a, const Tensor& b) {
        Tensor y = clone(a);
        return y -= b;
      });
  row("mul_in_place")
      .inputs(any, any)
      .dtypes(kAllDTypes)
      .operand_shapes(fitting)
      .reference([](double a, double b) { return a * b; })
      .exactly()
      .gradient(not_differentiable)
      .calls([](const Tensor& a, const Tensor& b) {
        Tensor y = clone(a);
        return y *= b;
      });
  row("div_in_place")
      .inputs(any, any)
      .operand_shapes(fitting)
      .reference([](double a, double b) { return a / b; })
      .exactly()
      .gradient(not_differentiable)
      .calls([](const Tensor& a, const Tensor& b) {
        Tensor y = clone(a);
        return y /= b;
      });

  for (const char* name : {"add", "sub", "mul", "div", "maximum"}) time_row(name, {{{4, 8}, {4, 8}}});
  for (const char* name : {"neg", "abs"}) time_row(name, {{{4, 8}}});
  time_row("add", {{{1 << 18}, {1 << 18}}});
  time_row("add", {{{1 << 24}, {1 << 24}}});
  time_row("add", {{{4096, 1024}, {1024}}});
  time_row("add", {{{4096, 1024}, {4096, 1}}});
  time_row("mul", {{{1 << 24}, {1 << 24}}});
}

}  // namespace tinytorch::conformance
