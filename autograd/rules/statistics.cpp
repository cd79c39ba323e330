#include "core/ops/internal/statistics.h"

#include "autograd/ops.h"
#include "autograd/rules/in_f64.h"
#include "autograd/rules/shared_gradients.h"
#include "autograd/tape.h"

namespace tinytorch {

namespace detail {

namespace {

/// The gradient of x from that of each squared distance, `scale`, in f64. The distances are those from the
/// mean or from 0.
Variable distances_times(const Variable& x, const SecondMoment& form, const Variable& scale) {
  if (grad_enabled()) {
    const Variable wide = in_f64(x);
    return (form.centered ? wide - mean(wide, form.axes, true) : wide) * scale;
  }
  const double n = reduced_numel(x.shape(), form.axes);
  return moment_gradient(
      x.value(),
      form.centered ? moment(x.value(), {}, {.divisor = n}, {.axes = form.axes, .keepdim = true}) : Tensor(),
      scale.value());
}

}  // namespace

// The rule computes in f64: squares, and quotients of small numbers, would leave the range of f32.
template <>
Variable second_moment(const Variable& x, const SecondMoment& form) {
  return record_with_output(form.op, second_moment(x.value(), form), {x},
                            [x = Saved(x), form](const RuleArguments& at, InputGradient dx) {
                              const Shape kept = reduced_shape(x->shape(), form.axes, true);
                              const Variable grad = reshape(in_f64(at.grad), kept);
                              Variable scale = grad * (2 / form.divisor);
                              if (form.root) {
                                const Variable y = reshape(in_f64(at.output()), kept);
                                scale = zero_at_zero(
                                    y, [&](const Variable& root) { return grad / (root * form.divisor); });
                              }
                              return Gradients(dx([&] { return distances_times(*x, form, scale); }));
                            });
}

template <>
Variable sum_of_magnitudes(const Variable& x, const Axes& axes, bool keepdim) {
  return record("norm", sum_of_magnitudes(x.value(), axes, keepdim), {x},
                [x = Saved(x), axes](const RuleArguments& at, InputGradient dx) {
                  const Variable grad = reshape(at.grad, reduced_shape(x->shape(), axes, true));
                  return Gradients(dx([&] { return abs_gradient(expand(grad, x->shape()), *x); }));
                });
}

}  // namespace detail

TINYTORCH_INSTANTIATE_STATISTICS(Variable)

}  // namespace tinytorch
