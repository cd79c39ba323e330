#include "autograd/ops.h"
#include "autograd/rules/running.h"
#include "autograd/tape.h"
#include "core/ops/creation.h"

namespace tinytorch {

Variable before(const Variable& x, int axis, bool reverse, double first) {
  const std::int64_t length = x.size(axis);
  if (length == 0) return x;
  Shape shape = x.shape();
  shape[axis] = 1;
  const Variable none = full(shape, first, {.dtype = x.dtype(), .device = x.device()});
  return reverse ? concat(std::vector{slice(x, axis, 1), none}, axis)
                 : concat(std::vector{none, slice(x, axis, 0, length - 1)}, axis);
}

namespace {

/// What the gradient of y_i = a_i y_{i-1} + b_i is for each y_i as a whole: that of y_i itself, and through
/// a_{i+1} all of y_{i+1}'s.
Variable gradient_through(const Variable& a, const Variable& grad, int axis, bool reverse) {
  return linear_recurrence(before(a, axis, !reverse, 0), grad, axis, !reverse);
}

}  // namespace

Variable cumsum(const Variable& x, int axis, bool reverse) {
  return record("cumsum", cumsum(x.value(), axis, reverse), {x}, [axis, reverse](const RuleArguments& at) {
    return Gradients(cumsum(at.grad, axis, !reverse));
  });
}

Variable cumprod(const Variable& x, int axis, bool reverse) {
  const Tensor y = cumprod(x.value(), axis, reverse);
  const int along = normalize_axis("cumprod", axis, x.rank());
  // y_i = x_i y_{i-1}, with y_{-1} = 1. No division, so zeros are like other numbers.
  return record_with_output("cumprod", y, {x}, [along, reverse, x = Saved(x)](const RuleArguments& at) {
    return Gradients(gradient_through(*x, at.grad, along, reverse) * before(at.output(), along, reverse, 1));
  });
}

Variable linear_recurrence(const Variable& a, const Variable& b, int axis, bool reverse) {
  const Tensor y = linear_recurrence(a.value(), b.value(), axis, reverse);
  const int along = normalize_axis("linear_recurrence", axis, a.rank());
  return record_with_output(
      "linear_recurrence", y, {a, b}, [along, reverse, a = Saved(a)](const RuleArguments& at) {
        Variable through = gradient_through(*a, at.grad, along, reverse);
        return Gradients(at.gradient(0, [&] { return through * before(at.output(), along, reverse, 0); }),
                         at.gradient(1, [&] { return through; }));
      });
}

}  // namespace tinytorch
