#include "autograd/ops.h"
#include "autograd/tape.h"

namespace tinytorch {

Variable add(const Variable& a, const Variable& b) {
  return record("add", add(a.value(), b.value()), {a, b}, [](const RuleArguments& at) {
    return Gradients(at.gradient(0, [&] { return at.grad; }), at.gradient(1, [&] { return at.grad; }));
  });
}

Variable sub(const Variable& a, const Variable& b) {
  return record("sub", sub(a.value(), b.value()), {a, b}, [](const RuleArguments& at) {
    return Gradients(at.gradient(0, [&] { return at.grad; }), at.gradient(1, [&] { return -at.grad; }));
  });
}

Variable mul(const Variable& a, const Variable& b) {
  return record("mul", mul(a.value(), b.value()), {a, b},
                [a = Saved(a, b.requires_grad()), b = Saved(b, a.requires_grad())](const RuleArguments& at) {
                  return Gradients(at.gradient(0, [&] { return at.grad * *b; }),
                                   at.gradient(1, [&] { return at.grad * *a; }));
                });
}

Variable div(const Variable& a, const Variable& b) {
  return record("div", div(a.value(), b.value()), {a, b},
                [a = Saved(a, b.requires_grad()), b = Saved(b)](const RuleArguments& at) {
                  Variable over_b = at.grad / *b;
                  return Gradients(at.gradient(0, [&] { return over_b; }),
                                   at.gradient(1, [&] { return -over_b * (*a / *b); }));
                });
}

Variable remainder(const Variable& a, const Variable& b) {
  return record("remainder", remainder(a.value(), b.value()), {a, b},
                [a = Saved(a), b = Saved(b)](const RuleArguments& at) {
                  return Gradients(at.gradient(0, [&] { return at.grad; }),
                                   at.gradient(1, [&] { return -at.grad * floor_divide(*a, *b); }));
                });
}

namespace {

/// A number yields to the other operand by itself, on whatever device that lies.
Variable in_dtype(const Variable& x, DType dtype) { return x.value().is_weakly_typed() ? x : x.to(dtype); }

}  // namespace

Variable pow(const Variable& a, const Variable& b) {
  return record(
      "pow", pow(a.value(), b.value()), {a, b}, [a = Saved(a), b = Saved(b)](const RuleArguments& at) {
        // An unsigned exponent would wrap around at 0 - 1.
        const Variable exponent = in_dtype(*b, at.grad.dtype());
        // Where the formulas come to 0 times infinity, a 1 in place of a gives the 0 that is meant.
        const Tensor zero = *a == 0;
        const auto one_where = [&](const Tensor& condition) {
          return where(condition, ones_like(at.grad), in_dtype(*a, at.grad.dtype()));
        };
        return Gradients(at.gradient(0,
                                     [&] {
                                       const Variable safe = one_where(logical_and(zero, exponent == 0));
                                       return at.grad * exponent * pow(safe, exponent - 1);
                                     }),
                         at.gradient(1, [&] {
                           const Variable safe = one_where(logical_and(zero, *b >= 0));
                           return at.grad * pow(*a, *b) * log(safe);
                         }));
      });
}

namespace {

/// The rule of maximum and minimum. `loses` says where a gives way to b.
template <class Loses>
Gradients share_gradient(const RuleArguments& at, const Tensor& a, const Tensor& b, const Loses& loses) {
  const Variable none = zeros_like(at.grad);
  const Variable half = where(a == b, at.grad * 0.5, at.grad);
  return Gradients(at.gradient(0, [&] { return where(loses(a, b), none, half); }),
                   at.gradient(1, [&] { return where(loses(b, a), none, half); }));
}

}  // namespace

Variable maximum(const Variable& a, const Variable& b) {
  return record("maximum", maximum(a.value(), b.value()), {a, b},
                [a = Saved(a), b = Saved(b)](const RuleArguments& at) {
                  return share_gradient(at, a->value(), b->value(),
                                        [](const Tensor& x, const Tensor& y) { return x < y; });
                });
}

Variable minimum(const Variable& a, const Variable& b) {
  return record("minimum", minimum(a.value(), b.value()), {a, b},
                [a = Saved(a), b = Saved(b)](const RuleArguments& at) {
                  return share_gradient(at, a->value(), b->value(),
                                        [](const Tensor& x, const Tensor& y) { return x > y; });
                });
}

Variable neg(const Variable& x) {
  return record("neg", neg(x.value()), {x}, [](const RuleArguments& at) { return Gradients(-at.grad); });
}

Variable abs(const Variable& x) {
  return record("abs", abs(x.value()), {x},
                [x = Saved(x)](const RuleArguments& at) { return Gradients(at.grad * sign(x->value())); });
}

Variable sign(const Variable& x) {
  return record("sign", sign(x.value()), {x},
                [](const RuleArguments& at) { return Gradients(zeros_like(at.grad)); });
}

}  // namespace tinytorch
