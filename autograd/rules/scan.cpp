#include "core/ops/internal/scan.h"
#include "autograd/internal/indexing.h"
#include "autograd/ops.h"
#include "autograd/rules/in_f64.h"
#include "autograd/rules/shift.h"
#include "autograd/rules/unary.h"
#include "autograd/tape.h"
#include "core/ops/creation.h"

namespace tinytorch {

Variable shift(V x, int axis, bool reverse, double first) {
  const int along = normalize_axis("shift", axis, x.rank());
  const std::int64_t length = x.shape()[along];
  if (length == 0) return x;
  Shape shape = x.shape();
  shape[along] = 1;
  const Variable edge = full(shape, first, {.dtype = x.dtype(), .device = x.device()});
  return reverse ? concat(std::vector{slice(x, along, 1), edge}, along)
                 : concat(std::vector{edge, slice(x, along, 0, length - 1)}, along);
}

namespace {

/// The gradient of each y_i of y_i = a_i y_{i-1} + b_i, from `grad`, the gradients of the results: that of
/// y_i itself plus a_{i+1} times the gradient of y_{i+1}.
Variable accumulated_gradient(V a, V grad, int axis, bool reverse) {
  return linear_recurrence(shift(a, axis, !reverse, 0), grad, axis, !reverse);
}

}  // namespace

Variable cumsum(V x, int axis, bool reverse) {
  return from_grad("cumsum", cumsum(x.value(), axis, reverse), x,
                   [axis, reverse](V grad) { return cumsum(grad, axis, !reverse); });
}

// The rules compute in f64, and what left the range of f32 once more.

// y_i = x_i y_{i-1}, with y_{-1} = 1. The rule does not divide, so zeros need no special case.
Variable cumprod(V x, int axis, bool reverse) {
  return record("cumprod", cumprod(x.value(), axis, reverse), {x},
                [axis, reverse, x = Saved(x)](const RuleArguments& at, InputGradient dx) {
                  const Variable wide = in_f64(*x);
                  return Gradients(dx([&] {
                    return accumulated_gradient(wide, in_f64(at.grad), axis, reverse) *
                           shift(cumprod(wide, axis, reverse), axis, reverse, 1);
                  }));
                });
}

Variable linear_recurrence(V a, V b, int axis, bool reverse) {
  return record("linear_recurrence", linear_recurrence(a.value(), b.value(), axis, reverse), {a, b},
                [axis, reverse, a = Saved(a), b = Saved(b, a.requires_grad())](
                    const RuleArguments& at, InputGradient da, InputGradient db) {
                  const Variable factor = in_f64(*a);
                  Variable dy = accumulated_gradient(factor, in_f64(at.grad), axis, reverse);
                  const auto y = [&] { return linear_recurrence(factor, in_f64(*b), axis, reverse); };
                  return Gradients(da([&] { return dy * shift(y(), axis, reverse, 0); }),
                                   db([&] { return dy; }));
                });
}

TINYTORCH_INSTANTIATE_SCAN(Variable)

}  // namespace tinytorch
