#include "core/ops/internal/statistics.h"

#include "autograd/ops.h"
#include "autograd/rules/in_f64.h"
#include "autograd/tape.h"

namespace tinytorch {

namespace detail {

// The rule computes in f64: squares, and quotients of small numbers, would leave the range of f32.
template <>
Variable second_moment(const Variable& x, const SecondMoment& form) {
  return record_with_output(
      form.op, second_moment(x.value(), form), {x},
      [x = Saved(x), form](const RuleArguments& at, InputGradient dx) {
        const Shape kept = reduced_shape(x->shape(), form.axes, true);
        const Variable wide = in_f64(*x), grad = reshape(in_f64(at.grad), kept);
        Variable scale = grad * (2 / form.divisor);
        if (form.root) {
          const Variable y = reshape(in_f64(at.output()), kept);
          scale = zero_at_zero(y, [&](const Variable& root) { return grad / (root * form.divisor); });
        }
        return Gradients(
            dx([&] { return (form.centered ? wide - mean(wide, form.axes, true) : wide) * scale; }));
      });
}

}  // namespace detail

TINYTORCH_INSTANTIATE_STATISTICS(Variable)

}  // namespace tinytorch
