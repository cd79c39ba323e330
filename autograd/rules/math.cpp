#include <numbers>

#include "autograd/ops.h"
#include "autograd/rules/in_f64.h"
#include "autograd/rules/unary.h"
#include "autograd/tape.h"
#include "core/ops/math_kernels.h"

namespace tinytorch {

using std::numbers::inv_sqrtpi, std::numbers::ln2, std::numbers::log10e, std::numbers::log2e;

// clang-format off
Variable exp(V x) { return from_y("exp", exp, x, [](V grad, V y) { return grad * y; }); }
Variable exp2(V x) { return from_y("exp2", exp2, x, fused(kernels::product_gradient, [](V grad, V y) { return grad * ln2 * y; }, ln2)); }
Variable expm1(V x) { return from_x("expm1", expm1, x, fused(kernels::expm1_gradient, [](V grad, V x) { return grad * exp(x); })); }
Variable log(V x) { return from_x("log", log, x, [](V grad, V x) { return grad / x; }); }
Variable log2(V x) { return from_x("log2", log2, x, fused(kernels::quotient_gradient, [](V grad, V x) { return grad * log2e / x; }, log2e)); }
Variable log10(V x) { return from_x("log10", log10, x, fused(kernels::quotient_gradient, [](V grad, V x) { return grad * log10e / x; }, log10e)); }
Variable log1p(V x) { return from_x("log1p", log1p, x, fused(kernels::log1p_gradient, [](V grad, V x) { return grad / (1 + x); })); }
Variable sqrt(V x) { return from_y("sqrt", sqrt, x, fused(kernels::quotient_gradient, [](V grad, V y) { return grad * 0.5 / y; }, 0.5)); }
// From left to right the products go from grad to the result, so none leaves the range between them.
Variable rsqrt(V x) { return from_y("rsqrt", rsqrt, x, fused(kernels::rsqrt_gradient, [](V grad, V y) { return grad * -0.5 * y * y * y; })); }

Variable sin(V x) { return from_x("sin", sin, x, fused(kernels::sin_gradient, [](V grad, V x) { return grad * cos(x); })); }
Variable cos(V x) { return from_x("cos", cos, x, fused(kernels::cos_gradient, [](V grad, V x) { return grad * -sin(x); })); }
Variable tan(V x) { return from_y("tan", tan, x, fused(kernels::tan_gradient, [](V grad, V y) { return grad * (1 + y * y); })); }
Variable asin(V x) { return from_x("asin", asin, x, fused(kernels::asin_gradient, [](V grad, V x) { return grad * rsqrt((1 - x) * (1 + x)); })); }
Variable acos(V x) { return from_x("acos", acos, x, fused(kernels::acos_gradient, [](V grad, V x) { return grad * -rsqrt((1 - x) * (1 + x)); })); }
Variable sinh(V x) { return from_x("sinh", sinh, x, fused(kernels::sinh_gradient, [](V grad, V x) { return grad * cosh(x); })); }
Variable cosh(V x) { return from_x("cosh", cosh, x, fused(kernels::cosh_gradient, [](V grad, V x) { return grad * sinh(x); })); }
Variable tanh(V x) { return from_y("tanh", tanh, x, fused(kernels::tanh_gradient, [](V grad, V y) { return grad * (1 - y * y); })); }
Variable erf(V x) { return from_x("erf", erf, x, fused(kernels::erf_gradient, [](V grad, V x) { return grad * (exp(-(x * x)) * (2 * inv_sqrtpi)); })); }
// clang-format on

Variable atan(V x) {
  return from_x("atan", atan, x, fused(kernels::atan_gradient, [](V grad, V x) {
                  const Variable wide = in_f64(x);
                  return (grad / (1 + wide * wide)).to(grad.dtype());
                }));
}

Variable floor(V x) { return piecewise_constant("floor", floor, x); }
Variable ceil(V x) { return piecewise_constant("ceil", ceil, x); }
Variable trunc(V x) { return piecewise_constant("trunc", trunc, x); }
Variable round(V x) { return piecewise_constant("round", round, x); }

namespace {

/// grad b / (a^2 + b^2).
Variable atan2_gradient(V a, V b, V grad) {
  const Variable x = in_f64(b), y = in_f64(a);
  return in_f64(grad) / (x * x + y * y) * x;
}

}  // namespace

Variable atan2(V a, V b) {
  return record(
      "atan2", atan2(a.value(), b.value()), {a, b},
      [a = Saved(a), b = Saved(b)](const RuleArguments& at, InputGradient da, InputGradient db) {
        const auto a_gradient = [&] { return atan2_gradient(*a, *b, at.grad); };
        const auto b_gradient = [&] { return -atan2_gradient(*b, *a, at.grad); };
        return Gradients(
            da([&] { return fused_binary(kernels::atan2_gradient, *a, *b, at.grad, a_gradient); }),
            db([&] { return fused_binary(kernels::atan2_second_gradient, *a, *b, at.grad, b_gradient); }));
      });
}

}  // namespace tinytorch
