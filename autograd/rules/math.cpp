#include <numbers>

#include "autograd/ops.h"
#include "autograd/rules/hooked.h"
#include "autograd/rules/in_f64.h"
#include "autograd/rules/unary.h"
#include "autograd/tape.h"

namespace tinytorch {

using std::numbers::inv_sqrtpi, std::numbers::ln2, std::numbers::log10e, std::numbers::log2e;

// clang-format off
Variable exp(V x) { return from_y("exp", exp, x, [](V grad, V y) { return grad * y; }); }
Variable exp2(V x) { return from_y("exp2", exp2, x, [](V grad, V y) { return grad * ln2 * y; }); }
Variable expm1(V x) { return from_x("expm1", expm1, x, [](V grad, V x) { return grad * exp(x); }); }
Variable log(V x) { return from_x("log", log, x, [](V grad, V x) { return grad / x; }); }
Variable log2(V x) { return from_x("log2", log2, x, [](V grad, V x) { return grad / x * log2e; }); }
Variable log10(V x) { return from_x("log10", log10, x, [](V grad, V x) { return grad * log10e / x; }); }
Variable log1p(V x) { return from_x("log1p", log1p, x, [](V grad, V x) { return grad / (1 + x); }); }
Variable sqrt(V x) { return from_y("sqrt", sqrt, x, [](V grad, V y) { return grad / (y * 2); }); }

Variable sin(V x) { return from_x("sin", sin, x, [](V grad, V x) { return grad * cos(x); }); }
Variable cos(V x) { return from_x("cos", cos, x, [](V grad, V x) { return grad * -sin(x); }); }
Variable tan(V x) { return from_y("tan", tan, x, [](V grad, V y) { return grad * (1 + y * y); }); }
Variable asin(V x) { return from_x("asin", asin, x, [](V grad, V x) { return grad * rsqrt((1 - x) * (1 + x)); }); }
Variable acos(V x) { return from_x("acos", acos, x, [](V grad, V x) { return grad * -rsqrt((1 - x) * (1 + x)); }); }
Variable sinh(V x) { return from_x("sinh", sinh, x, [](V grad, V x) { return grad * cosh(x); }); }
Variable cosh(V x) { return from_x("cosh", cosh, x, [](V grad, V x) { return grad * sinh(x); }); }
// clang-format on

Variable tanh(V x) {
  return from_y("tanh", tanh, x,
                hooked(hooks::tanh_gradient, [](V grad, V y) { return grad * (1 - y * y); }));
}
Variable atan(V x) {
  return from_x("atan", atan, x, [](V grad, V x) {
    const Variable wide = in_f64(x);
    return (grad / (1 + wide * wide)).to(grad.dtype());
  });
}
// From left to right the products go from grad to the result, so none leaves the range between them.
Variable rsqrt(V x) {
  return from_y("rsqrt", rsqrt, x, [](V grad, V y) { return grad * -0.5 * y * y * y; });
}
Variable erf(V x) {
  return from_x("erf", erf, x, [](V grad, V x) { return grad * (exp(-(x * x)) * (2 * inv_sqrtpi)); });
}

Variable floor(V x) { return piecewise_constant("floor", floor, x); }
Variable ceil(V x) { return piecewise_constant("ceil", ceil, x); }
Variable trunc(V x) { return piecewise_constant("trunc", trunc, x); }
Variable round(V x) { return piecewise_constant("round", round, x); }

Variable atan2(V a, V b) {
  return record("atan2", atan2(a.value(), b.value()), {a, b},
                [a = Saved(a), b = Saved(b)](const RuleArguments& at, InputGradient da, InputGradient db) {
                  const Variable x = in_f64(*b), y = in_f64(*a);
                  const Variable scaled = in_f64(at.grad) / (x * x + y * y);
                  return Gradients(da([&] { return scaled * x; }), db([&] { return -scaled * y; }));
                });
}

}  // namespace tinytorch
