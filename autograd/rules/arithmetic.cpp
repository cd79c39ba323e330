#include "autograd/ops.h"
#include "autograd/rules/unary.h"
#include "autograd/tape.h"

namespace tinytorch {

Variable neg(V x) {
  return from_grad("neg", neg, x, [](V grad) { return -grad; });
}
Variable abs(V x) {
  return from_x("abs", abs, x, [](V grad, V x) { return grad * sign(x.value()); });
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
                  Variable over_b = at.grad / *b;
                  return Gradients(da([&] { return over_b; }), db([&] { return -over_b * (*a / *b); }));
                });
}

Variable remainder(V a, V b) {
  return record("remainder", remainder(a.value(), b.value()), {a, b},
                [a = Saved(a), b = Saved(b)](const RuleArguments& at, InputGradient da, InputGradient db) {
                  return Gradients(da([&] { return at.grad; }),
                                   db([&] { return -at.grad * floor_divide(*a, *b); }));
                });
}

namespace {

/// x in a dtype. A C++ scalar is left as it is: it yields to the other operand's dtype, on any device.
Variable in_dtype(V x, DType dtype) { return x.value().is_weakly_typed() ? x : x.to(dtype); }

}  // namespace

Variable pow(V a, V b) {
  return record("pow", pow(a.value(), b.value()), {a, b},
                [a = Saved(a), b = Saved(b)](const RuleArguments& at, InputGradient da, InputGradient db) {
                  // An unsigned exponent would wrap around at 0 - 1.
                  const Variable exponent = in_dtype(*b, at.grad.dtype());
                  // Where the formulas are 0 times infinity, 1 in place of a gives the 0 that is their limit.
                  const Tensor zero = *a == 0;
                  const auto one_where = [&](const Tensor& condition) {
                    return where(condition, ones_like(at.grad), in_dtype(*a, at.grad.dtype()));
                  };
                  const auto a_gradient = [&] {
                    const Variable safe = one_where(logical_and(zero, exponent == 0));
                    return at.grad * exponent * pow(safe, exponent - 1);
                  };
                  const auto b_gradient = [&] {
                    const Variable safe = one_where(logical_and(zero, *b >= 0));
                    return at.grad * pow(*a, *b) * log(safe);
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
