#include "core/ops/internal/scan.h"
#include "autograd/internal/indexing.h"
#include "autograd/ops.h"
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

// y_i = x_i y_{i-1}, with y_{-1} = 1. The rule does not divide, so zeros need no special case.
Variable cumprod(V x, int axis, bool reverse) {
  return record_with_output("cumprod", cumprod(x.value(), axis, reverse), {x},
                            [axis, reverse, x = Saved(x)](const RuleArguments& at) {
                              return Gradients(accumulated_gradient(*x, at.grad, axis, reverse) *
                                               shift(at.output(), axis, reverse, 1));
                            });
}

Variable linear_recurrence(V a, V b, int axis, bool reverse) {
  return record_with_output(
      "linear_recurrence", linear_recurrence(a.value(), b.value(), axis, reverse), {a, b},
      [axis, reverse, a = Saved(a)](const RuleArguments& at, InputGradient da, InputGradient db) {
        Variable dy = accumulated_gradient(*a, at.grad, axis, reverse);
        return Gradients(da([&] { return dy * shift(at.output(), axis, reverse, 0); }),
                         db([&] { return dy; }));
      });
}

TINYTORCH_INSTANTIATE_SCAN(Variable)

}  // namespace tinytorch
