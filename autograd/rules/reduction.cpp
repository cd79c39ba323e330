#include "autograd/ops.h"
#include "autograd/rules/running.h"
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

/// The product of the other elements that x is multiplied with over the axes: of those before and those
/// behind it, so that zeros are like other numbers.
Variable product_of_others(const Variable& x, const Axes& axes) {
  Axes order;
  Shape kept;
  for (int i = 0; i < x.rank(); ++i) {
    if (axes.contains(i)) continue;
    order.push_back(i);
    kept.push_back(x.shape()[i]);
  }
  const int along = order.size();
  for (const std::int64_t axis : axes) order.push_back(axis);
  const Variable arranged = permute(x, order);
  std::int64_t length = 1;
  for (const std::int64_t axis : axes) length *= x.shape()[static_cast<int>(axis)];
  kept.push_back(length);
  const Variable lines = reshape(arranged, kept);
  const Variable others =
      before(cumprod(lines, along), along, false, 1) * before(cumprod(lines, along, true), along, true, 1);
  Axes inverse = order;
  for (int i = 0; i < order.size(); ++i) inverse[static_cast<int>(order[i])] = i;
  return permute(reshape(others, arranged.shape()), inverse);
}

}  // namespace

Variable sum(const Variable& x, const Axes& axes, bool keepdim) {
  return record("sum", sum(x.value(), axes, keepdim), {x}, [axes](const RuleArguments& at) {
    return Gradients(expand(with_axes("sum", at.grad, at.shape(0), axes), at.shape(0)));
  });
}

Variable prod(const Variable& x, const Axes& axes, bool keepdim) {
  return record("prod", prod(x.value(), axes, keepdim), {x}, [x = Saved(x), axes](const RuleArguments& at) {
    const Axes reduced = normalize_axes("prod", axes, x->rank());
    return Gradients(with_axes("prod", at.grad, x->shape(), axes) * product_of_others(*x, reduced));
  });
}

Variable max(const Variable& x, const Axes& axes, bool keepdim) {
  return record_with_output(
      "max", max(x.value(), axes, keepdim), {x},
      [x = Saved(x), axes](const RuleArguments& at) { return share_gradient("max", at, x->value(), axes); });
}

Variable min(const Variable& x, const Axes& axes, bool keepdim) {
  return record_with_output(
      "min", min(x.value(), axes, keepdim), {x},
      [x = Saved(x), axes](const RuleArguments& at) { return share_gradient("min", at, x->value(), axes); });
}

}  // namespace tinytorch
