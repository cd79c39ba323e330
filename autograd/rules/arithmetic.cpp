#include <limits>
#include <utility>

#include "autograd/ops.h"
#include "autograd/rules/in_f64.h"
#include "autograd/rules/shared_gradients.h"
#include "autograd/rules/unary.h"
#include "autograd/tape.h"
#include "core/op_scope.h"
#include "core/ops/arithmetic_kernels.h"
#include "core/ops/math_kernels.h"

namespace tinytorch {

Variable neg(V x) {
  return from_grad("neg", neg, x, [](V grad) { return -grad; });
}
Variable abs(V x) { return from_x("abs", abs, x, abs_gradient); }
Variable sign(V x) { return piecewise_constant("sign", sign, x); }

Variable add(V a, V b) {
  return record("add", add(a.value(), b.value()), {a, b},
                [](const RuleArguments& at, InputGradient da, InputGradient db) {
                  return Gradients(da([&] { return at.grad; }), db([&] { return at.grad; }));
                });
}

Variable sub(V a, V b) {
  return record("sub", sub(a.value(), b.value()), {a, b},
                [](const RuleArguments& at, InputGradient da, InputGradient db) {
                  return Gradients(da([&] { return at.grad; }), db([&] { return -at.grad; }));
                });
}

namespace {

/// The gradient of x².
Variable square_gradient(V grad, V x) {
  const auto composed = [](V grad, V x) { return grad * (x * 2); };
  return fused(kernels::product_gradient, composed, 2.0)(grad, x);
}

}  // namespace

Variable mul(V a, V b) {
  if (&a == &b) return from_x("mul", mul(a.value(), b.value()), a, square_gradient);
  return record("mul", mul(a.value(), b.value()), {a, b},
                [a = Saved(a, b.requires_grad()), b = Saved(b, a.requires_grad())](
                    const RuleArguments& at, InputGradient da, InputGradient db) {
                  return Gradients(da([&] { return at.grad * *b; }), db([&] { return at.grad * *a; }));
                });
}

Variable div(V a, V b) {
  return record("div", div(a.value(), b.value()), {a, b},
                [a = Saved(a, b.requires_grad()), b = Saved(b)](const RuleArguments& at, InputGradient da,
                                                                InputGradient db) {
                  const auto composed = [&] {
                    const Variable wide = in_f64(*b);
                    return -(in_f64(*a) / wide * at.grad) / wide;
                  };
                  return Gradients(da([&] { return at.grad / *b; }), db([&] {
                                     return fused_binary(kernels::div_gradient, *a, *b, at.grad, composed);
                                   }));
                });
}

Variable reciprocal(V x) {
  return from_y("reciprocal", reciprocal, x,
                fused(kernels::reciprocal_gradient, [](V grad, V y) { return -grad * y * y; }));
}

Variable remainder(V a, V b) {
  return record("remainder", remainder(a.value(), b.value()), {a, b},
                [a = Saved(a), b = Saved(b)](const RuleArguments& at, InputGradient da, InputGradient db) {
                  return Gradients(da([&] { return at.grad; }),
                                   db([&] { return -at.grad * floor_divide(in_f64(*a), in_f64(*b)); }));
                });
}

namespace {

// The gradients of a power, in f64: a power whose exponent is less by 1 can leave the range of f32. Where the
// formulas are 0 times infinity, or NaN although the result does not depend on the operand, they are 0.

Variable base_gradient(V a, V b, V result_grad) {
  return fused_binary(kernels::pow_gradient, a, b, result_grad, [&] {
    const Variable base = in_f64(a), exponent = in_f64(b), grad = in_f64(result_grad), one = ones_like(grad);
    const Tensor constant = exponent == 0;
    const Variable safe = where(constant, one, base);
    return where(constant, zeros_like(one), grad * exponent * pow(safe, exponent - 1));
  });
}

Variable exponent_gradient(V a, V b, V result_grad) {
  return fused_binary(kernels::pow_exponent_gradient, a, b, result_grad, [&] {
    const Variable base = in_f64(a), exponent = in_f64(b), grad = in_f64(result_grad);
    const Tensor vanishes =
        logical_or(logical_and(base == 0, exponent >= 0),
                   logical_and(base == std::numeric_limits<double>::infinity(), exponent < 0));
    return grad * pow(base, exponent) * log(where(vanishes, ones_like(grad), base));
  });
}

}  // namespace

Variable pow(V a, V b) {
  return record("pow", pow(a.value(), b.value()), {a, b},
                [a = Saved(a), b = Saved(b)](const RuleArguments& at, InputGradient da, InputGradient db) {
                  if (!db.wanted() && b->value().is_weakly_typed() && b->item<double>() == 2)
                    return Gradients(da([&] { return square_gradient(at.grad, *a); }), Variable());
                  return Gradients(da([&] { return base_gradient(*a, *b, at.grad); }),
                                   db([&] { return exponent_gradient(*a, *b, at.grad); }));
                });
}

namespace {

/// The rule of maximum and minimum: the gradient goes to the operand that is the result, half of it to each
/// where they are equal. `loses(a, b)` is true where the result is b.
auto extremum_rule(V a, V b, Tensor (*loses)(const Tensor& a, const Tensor& b)) {
  return [a = Saved(a), b = Saved(b), loses](const RuleArguments& at, InputGradient da, InputGradient db) {
    const Variable zero = zeros_like(at.grad);
    const Variable half = where(*a == *b, at.grad * 0.5, at.grad);
    return Gradients(da([&] { return where(loses(a->value(), b->value()), zero, half); }),
                     db([&] { return where(loses(b->value(), a->value()), zero, half); }));
  };
}

}  // namespace

Variable maximum(V a, V b) {
  return record("maximum", maximum(a.value(), b.value()), {a, b}, extremum_rule(a, b, lt));
}
Variable minimum(V a, V b) {
  return record("minimum", minimum(a.value(), b.value()), {a, b}, extremum_rule(a, b, gt));
}

namespace {

bool is_constant_scalar(V x) { return x.value().is_weakly_typed() && !x.requires_grad(); }

/// Records clamp() by scalars.
Variable clamped(const char* name, Tensor y, V x, double low, double high) {
  const auto composed = [low, high](V grad, V x) {
    return where(logical_or(x < low, high < x), zeros_like(grad), grad);
  };
  return from_x(name, std::move(y), x, fused(kernels::clamp_gradient, composed, low, high));
}

constexpr double kInfinity = std::numeric_limits<double>::infinity();

}  // namespace

Variable clamp_min(V x, V low) {
  const OpScope scope("clamp_min");
  if (!is_constant_scalar(low)) return where(x < low, low, x);
  return clamped("clamp_min", clamp_min(x.value(), low.value()), x, low.item<double>(), kInfinity);
}

Variable clamp_max(V x, V high) {
  const OpScope scope("clamp_max");
  if (!is_constant_scalar(high)) return where(x > high, high, x);
  return clamped("clamp_max", clamp_max(x.value(), high.value()), x, -kInfinity, high.item<double>());
}

Variable clamp(V x, V low, V high) {
  const OpScope scope("clamp");
  if (!is_constant_scalar(low) || !is_constant_scalar(high)) return clamp_max(clamp_min(x, low), high);
  return clamped("clamp", clamp(x.value(), low.value(), high.value()), x, low.item<double>(),
                 high.item<double>());
}

Variable addcmul(V x, V a, V b, double value) {
  return record("addcmul", addcmul(x.value(), a.value(), b.value(), value), {x, a, b},
                [a = Saved(a, b.requires_grad()), b = Saved(b, a.requires_grad()), value](
                    const RuleArguments& at, InputGradient dx, InputGradient da, InputGradient db) {
                  const bool scales = value != 1 && (da.wanted() || db.wanted());
                  const Variable grad = scales ? at.grad * value : at.grad;
                  return Gradients(dx([&] { return at.grad; }), da([&] { return grad * *b; }),
                                   db([&] { return grad * *a; }));
                });
}

Variable lerp(V a, V b, V weight) {
  return record("lerp", lerp(a.value(), b.value(), weight.value()), {a, b, weight},
                [a = Saved(a, weight.requires_grad()), b = Saved(b, weight.requires_grad()),
                 weight = Saved(weight, a.requires_grad() || b.requires_grad())](
                    const RuleArguments& at, InputGradient da, InputGradient db, InputGradient dweight) {
                  return Gradients(da([&] { return at.grad * (1 - *weight); }),
                                   db([&] { return at.grad * *weight; }),
                                   dweight([&] { return at.grad * (*b - *a); }));
                });
}

}  // namespace tinytorch
