#include <limits>

#include "autograd/ops.h"
#include "autograd/rules/in_f64.h"
#include "autograd/rules/unary.h"
#include "autograd/tape.h"

namespace tinytorch {

Variable neg(V x) {
  return from_grad("neg", neg, x, [](V grad) { return -grad; });
}
Variable abs(V x) {
  // 0 at NaN, whose sign is NaN.
  return from_x("abs", abs, x, [](V grad, V x) { return grad * where(isnan(x), 0, sign(x.value())); });
}
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

Variable mul(V a, V b) {
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
                  const auto b_gradient = [&] {
                    const Variable wide = in_f64(*b);
                    return -(in_f64(*a) / wide * at.grad) / wide;
                  };
                  return Gradients(da([&] { return at.grad / *b; }), db(b_gradient));
                });
}

Variable remainder(V a, V b) {
  return record("remainder", remainder(a.value(), b.value()), {a, b},
                [a = Saved(a), b = Saved(b)](const RuleArguments& at, InputGradient da, InputGradient db) {
                  return Gradients(da([&] { return at.grad; }),
                                   db([&] { return -at.grad * floor_divide(in_f64(*a), in_f64(*b)); }));
                });
}

// In f64: a power whose exponent is less by 1 can leave the range of f32. Where the formulas are 0 times
// infinity, or NaN although the result does not depend on the operand, the gradient is 0.
Variable pow(V a, V b) {
  return record("pow", pow(a.value(), b.value()), {a, b},
                [a = Saved(a), b = Saved(b)](const RuleArguments& at, InputGradient da, InputGradient db) {
                  if (!db.wanted() && b->value().is_weakly_typed() && b->item<double>() == 2)
                    return Gradients(da([&] { return at.grad * (*a * 2); }), Variable());
                  const Variable base = in_f64(*a), exponent = in_f64(*b), grad = in_f64(at.grad);
                  const Variable one = ones_like(grad);
                  const auto a_gradient = [&] {
                    const Tensor constant = exponent == 0;
                    const Variable safe = where(constant, one, base);
                    return where(constant, zeros_like(one), grad * exponent * pow(safe, exponent - 1));
                  };
                  const auto b_gradient = [&] {
                    const Tensor vanishes = logical_or(
                        logical_and(base == 0, exponent >= 0),
                        logical_and(base == std::numeric_limits<double>::infinity(), exponent < 0));
                    return grad * pow(base, exponent) * log(where(vanishes, one, base));
                  };
                  return Gradients(da(a_gradient), db(b_gradient));
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

}  // namespace tinytorch
