#include "autograd/ops.h"
#include "autograd/tape.h"

namespace tinytorch {
namespace {

/// What a reduction of x over the axes gave, with the lost axes put back so that it broadcasts to x.
Variable with_axes(const char* op, const Variable& reduced, const Shape& shape, const Axes& axes) {
  return reshape(reduced, reduced_shape(shape, normalize_axes(op, axes, shape.size()), true));
}

/// The rule of max and min: all elements equal to the result y have an even share of its gradient.
Gradients share_gradient(const char* op, const RuleArguments& at, const Tensor& x, const Axes& axes) {
  const Tensor y = with_axes(op, at.output().detach(), x.shape(), axes).value();
  const Tensor chosen = (x == y).to(x.dtype());
  return Gradients(with_axes(op, at.grad, x.shape(), axes) * (chosen / sum(chosen, axes, true)));
}

}  // namespace

Variable sum(const Variable& x, const Axes& axes, bool keepdim) {
  return record("sum", sum(x.value(), axes, keepdim), {x}, [axes](const RuleArguments& at) {
    return Gradients(expand(with_axes("sum", at.grad, at.shape(0), axes), at.shape(0)));
  });
}

Variable max(const Variable& x, const Axes& axes, bool keepdim) {
  return record_with_output("max", max(x.value(), axes, keepdim), {x},
                            [x = Saved("max", x), axes](const RuleArguments& at) {
                              return share_gradient("max", at, x->value(), axes);
                            });
}

Variable min(const Variable& x, const Axes& axes, bool keepdim) {
  return record_with_output("min", min(x.value(), axes, keepdim), {x},
                            [x = Saved("min", x), axes](const RuleArguments& at) {
                              return share_gradient("min", at, x->value(), axes);
                            });
}

}  // namespace tinytorch
