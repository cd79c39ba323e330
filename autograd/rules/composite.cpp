#include "core/ops/internal/composite.h"

#include "autograd/ops.h"
#include "autograd/rules/in_f64.h"
#include "autograd/tape.h"
#include "core/ops/internal/reduction.h"

namespace tinytorch {

namespace detail {

template <>
Variable floating_mean(const Variable& x, const Axes& axes, bool keepdim) {
  return record("mean", floating_mean(x.value(), axes, keepdim), {x},
                [axes](const RuleArguments& at, InputGradient dx) {
                  const double n = reduced_numel(dx.shape(), axes);
                  const Variable grad = reshape(at.grad / n, reduced_shape(dx.shape(), axes, true));
                  return Gradients(dx([&] { return expand(grad, dx.shape()); }));
                });
}

}  // namespace detail

TINYTORCH_INSTANTIATE_COMPOSITE(Variable)

}  // namespace tinytorch
