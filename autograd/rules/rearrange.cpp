#include "core/ops/internal/rearrange.h"

#include <algorithm>
#include <utility>

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

/// detail::pad_gradient() with its rule: pad() and it are each other's transpose.
Variable pad_gradient(const Variable& grad, const Shape& shape, const Paddings& paddings, PadMode mode) {
  return record("pad_gradient", detail::pad_gradient(grad.value(), shape, paddings, mode), {grad},
                [=](const RuleArguments& at) { return Gradients(pad(at.grad, paddings, mode)); });
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

Variable pad(const Variable& x, const Paddings& paddings, PadMode mode) {
  return record("pad", pad(x.value(), paddings, mode), {x},
                [paddings, mode](const RuleArguments& at, InputGradient dx) {
                  return Gradients(pad_gradient(at.grad, dx.shape(), paddings, mode));
                });
}

Variable roll(const Variable& x, const std::vector<std::int64_t>& shifts, const Axes& axes) {
  Tensor rolled = roll(x.value(), shifts, axes);
  std::vector<std::int64_t> back(shifts.size());
  // The negative of the least integer overflows, but not that of a remainder.
  for (std::size_t i = 0; i < shifts.size(); ++i)
    back[i] = -(shifts[i] % std::max<std::int64_t>(1, x.size(static_cast<int>(axes[static_cast<int>(i)]))));
  return record("roll", std::move(rolled), {x}, [back = std::move(back), axes](const RuleArguments& at) {
    return Gradients(roll(at.grad, back, axes));
  });
}

Variable triu(const Variable& x, std::int64_t diagonal) {
  return record("triu", triu(x.value(), diagonal), {x},
                [diagonal](const RuleArguments& at) { return Gradients(triu(at.grad, diagonal)); });
}

Variable tril(const Variable& x, std::int64_t diagonal) {
  return record("tril", tril(x.value(), diagonal), {x},
                [diagonal](const RuleArguments& at) { return Gradients(tril(at.grad, diagonal)); });
}

TINYTORCH_INSTANTIATE_REARRANGE(Variable);

}  // namespace tinytorch
