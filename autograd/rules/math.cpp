#include "autograd/ops.h"
#include "autograd/tape.h"

#include <numbers>

namespace tinytorch {
namespace {

/// Records an op whose derivative is a function of x.
template <class Slope>
Variable with_slope(const char* name, Tensor (*op)(const Tensor&), const Variable& x, Slope slope) {
  return record(name, op(x.value()), {x},
                [x = Saved(x), slope](const RuleArguments& at) { return Gradients(at.grad * slope(*x)); });
}

/// Records an op whose derivative is a function of its result.
template <class Slope>
Variable with_slope_of_output(const char* name, Tensor (*op)(const Tensor&), const Variable& x, Slope slope) {
  return record_with_output(name, op(x.value()), {x}, [slope](const RuleArguments& at) {
    return Gradients(at.grad * slope(at.output()));
  });
}

/// Records an op that is constant almost everywhere.
Variable with_steps(const char* name, Tensor (*op)(const Tensor&), const Variable& x) {
  return record(name, op(x.value()), {x},
                [](const RuleArguments& at) { return Gradients(zeros_like(at.grad)); });
}

}  // namespace

Variable exp(const Variable& x) {
  return with_slope_of_output("exp", exp, x, [](const Variable& y) { return y; });
}

Variable exp2(const Variable& x) {
  return with_slope_of_output("exp2", exp2, x, [](const Variable& y) { return y * std::numbers::ln2; });
}

Variable expm1(const Variable& x) {
  return with_slope_of_output("expm1", expm1, x, [](const Variable& y) { return y + 1; });
}

Variable log(const Variable& x) {
  return record("log", log(x.value()), {x},
                [x = Saved(x)](const RuleArguments& at) { return Gradients(at.grad / *x); });
}

Variable log2(const Variable& x) {
  return with_slope("log2", log2, x, [](const Variable& at) { return std::numbers::log2e / at; });
}

Variable log10(const Variable& x) {
  return with_slope("log10", log10, x, [](const Variable& at) { return std::numbers::log10e / at; });
}

Variable log1p(const Variable& x) {
  return with_slope("log1p", log1p, x, [](const Variable& at) { return 1 / (1 + at); });
}

Variable sqrt(const Variable& x) {
  return record_with_output("sqrt", sqrt(x.value()), {x},
                            [](const RuleArguments& at) { return Gradients(at.grad * 0.5 / at.output()); });
}

Variable rsqrt(const Variable& x) {
  return with_slope_of_output("rsqrt", rsqrt, x, [](const Variable& y) { return -0.5 * y * y * y; });
}

Variable sin(const Variable& x) {
  return with_slope("sin", sin, x, [](const Variable& at) { return cos(at); });
}

Variable cos(const Variable& x) {
  return with_slope("cos", cos, x, [](const Variable& at) { return -sin(at); });
}

Variable tan(const Variable& x) {
  return with_slope_of_output("tan", tan, x, [](const Variable& y) { return 1 + y * y; });
}

Variable asin(const Variable& x) {
  return with_slope("asin", asin, x, [](const Variable& at) { return rsqrt(1 - at * at); });
}

Variable acos(const Variable& x) {
  return with_slope("acos", acos, x, [](const Variable& at) { return -rsqrt(1 - at * at); });
}

Variable atan(const Variable& x) {
  return with_slope("atan", atan, x, [](const Variable& at) { return 1 / (1 + at * at); });
}

Variable sinh(const Variable& x) {
  return with_slope("sinh", sinh, x, [](const Variable& at) { return cosh(at); });
}

Variable cosh(const Variable& x) {
  return with_slope("cosh", cosh, x, [](const Variable& at) { return sinh(at); });
}

Variable tanh(const Variable& x) {
  return with_slope_of_output("tanh", tanh, x, [](const Variable& y) { return 1 - y * y; });
}

Variable erf(const Variable& x) {
  return with_slope("erf", erf, x,
                    [](const Variable& at) { return exp(-(at * at)) * (2 * std::numbers::inv_sqrtpi); });
}

Variable floor(const Variable& x) { return with_steps("floor", floor, x); }
Variable ceil(const Variable& x) { return with_steps("ceil", ceil, x); }
Variable trunc(const Variable& x) { return with_steps("trunc", trunc, x); }
Variable round(const Variable& x) { return with_steps("round", round, x); }

Variable atan2(const Variable& a, const Variable& b) {
  return record("atan2", atan2(a.value(), b.value()), {a, b},
                [a = Saved(a), b = Saved(b)](const RuleArguments& at) {
                  const Variable scaled = at.grad / (*a * *a + *b * *b);
                  return Gradients(at.gradient(0, [&] { return scaled * *b; }),
                                   at.gradient(1, [&] { return -scaled * *a; }));
                });
}

}  // namespace tinytorch
