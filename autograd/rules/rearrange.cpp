#include "core/ops/internal/rearrange.h"

#include "autograd/internal/indexing.h"
#include "autograd/ops.h"
#include "autograd/tape.h"

namespace tinytorch {
namespace {

/// detail::on_diagonal() with its rule: diagonal() and it are each other's transpose.
Variable on_diagonal(const Variable& x, const Shape& shape, std::int64_t offset, int axis0, int axis1) {
  return record("on_diagonal", detail::on_diagonal(x.value(), shape, offset, axis0, axis1), {x},
                [=](const RuleArguments& at) { return Gradients(diagonal(at.grad, offset, axis0, axis1)); });
}

}  // namespace

Variable flip(const Variable& x, const Axes& axes) {
  return record("flip", flip(x.value(), axes), {x},
                [axes](const RuleArguments& at) { return Gradients(flip(at.grad, axes)); });
}

Variable diagonal(const Variable& x, std::int64_t offset, int axis0, int axis1) {
  return record("diagonal", diagonal(x.value(), offset, axis0, axis1), {x},
                [offset, axis0, axis1](const RuleArguments& at, InputGradient dx) {
                  return Gradients(on_diagonal(at.grad, dx.shape(), offset, axis0, axis1));
                });
}

Variable pad(const Variable& x, const Paddings& paddings, double value) {
  Tensor padded = pad(x.value(), paddings, value);
  Paddings inverse = paddings;  // checked, so that the negatives exist
  for (Padding& each : inverse) each = {-each.before, -each.after};
  return record("pad", std::move(padded), {x}, [inverse = std::move(inverse)](const RuleArguments& at) {
    return Gradients(pad(at.grad, inverse));
  });
}

TINYTORCH_INSTANTIATE_REARRANGE(Variable);

}  // namespace tinytorch
