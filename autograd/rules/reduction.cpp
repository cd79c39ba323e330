#include "core/ops/internal/reduction.h"
#include "autograd/internal/indexing.h"
#include "autograd/ops.h"
#include "autograd/rules/in_f64.h"
#include "autograd/rules/shift.h"
#include "autograd/tape.h"

namespace tinytorch {
namespace {

/// The result of a reduction over the axes of `shape`, with the reduced axes of length 1, so that it
/// broadcasts to `shape`.
Variable with_reduced_axes(const Variable& reduced, const Shape& shape, const Axes& axes) {
  return reshape(reduced, reduced_shape(shape, normalize_axes("backward", axes, shape.size()), true));
}

/// The rule of max, min and median: all elements that equal the result share its gradient evenly. Where the
/// result is NaN, these are the NaNs.
auto extremum_rule(const Variable& x, const Axes& axes) {
  return [x = Saved(x), axes](const RuleArguments& at) {
    const Tensor y = with_reduced_axes(at.output().detach(), x->shape(), axes).value();
    const Tensor both_nan = logical_and(isnan(x->value()), isnan(y));
    const Tensor chosen = logical_or(x->value() == y, both_nan);
    const Tensor count = sum(chosen, axes, true).to(x->dtype());
    return Gradients(where(chosen, with_reduced_axes(at.grad, x->shape(), axes) / Variable(count), 0));
  };
}

/// For each element of x the product of the others that it is multiplied with over the axes: of those before
/// it times those after it, in f64. Not the total divided by it, so zeros need no special case.
Variable product_of_others(const Variable& x, const Axes& axes) {
  Axes order;
  Shape shape;
  for (int i = 0; i < x.rank(); ++i) {
    if (axes.contains(i)) continue;
    order.push_back(i);
    shape.push_back(x.shape()[i]);
  }
  const int last = order.size();
  for (const std::int64_t axis : axes) order.push_back(axis);
  const Variable arranged = permute(in_f64(x), order);
  std::int64_t length = 1;
  for (const std::int64_t axis : axes) length *= x.shape()[static_cast<int>(axis)];
  shape.push_back(length);
  const Variable rows = reshape(arranged, shape);
  const Variable others =
      shift(cumprod(rows, last), last, false, 1) * shift(cumprod(rows, last, true), last, true, 1);
  Axes inverse = order;
  for (int i = 0; i < order.size(); ++i) inverse[static_cast<int>(order[i])] = i;
  return permute(reshape(others, arranged.shape()), inverse);
}

/// Records a sum over the axes.
Variable recorded_sum(Tensor y, const Variable& x, const Axes& axes) {
  return record("sum", std::move(y), {x}, [axes](const RuleArguments& at, InputGradient dx) {
    return Gradients(dx([&] { return expand(with_reduced_axes(at.grad, dx.shape(), axes), dx.shape()); }));
  });
}

}  // namespace

namespace detail {

template <>
Variable sum_in_f64(const Variable& x, const Axes& axes, bool keepdim) {
  return recorded_sum(sum_in_f64(x.value(), axes, keepdim), x, axes);
}

}  // namespace detail

Variable sum(const Variable& x, const Axes& axes, bool keepdim) {
  return recorded_sum(sum(x.value(), axes, keepdim), x, axes);
}

Variable nansum(const Variable& x, const Axes& axes, bool keepdim) {
  return record(
      "nansum", nansum(x.value(), axes, keepdim), {x}, [x = Saved(x), axes](const RuleArguments& at) {
        return Gradients(where(x->value() == x->value(), with_reduced_axes(at.grad, x->shape(), axes), 0));
      });
}

Variable prod(const Variable& x, const Axes& axes, bool keepdim) {
  return record("prod", prod(x.value(), axes, keepdim), {x},
                [x = Saved(x), axes](const RuleArguments& at, InputGradient dx) {
                  if (x->numel() == 0)
                    return Gradients(zeros_like(*x));  // its lengths may be too large to multiply
                  const Axes reduced = normalize_axes("backward", axes, x->rank());
                  return Gradients(dx([&] {
                    return with_reduced_axes(at.grad, x->shape(), axes) * product_of_others(*x, reduced);
                  }));
                });
}

Variable max(const Variable& x, const Axes& axes, bool keepdim) {
  return record_with_output("max", max(x.value(), axes, keepdim), {x}, extremum_rule(x, axes));
}
Variable min(const Variable& x, const Axes& axes, bool keepdim) {
  return record_with_output("min", min(x.value(), axes, keepdim), {x}, extremum_rule(x, axes));
}

Variable median(const Variable& x) {
  return record_with_output("median", median(x.value()), {x}, extremum_rule(x, {}));
}
Variable nanmedian(const Variable& x) {
  return record_with_output("nanmedian", nanmedian(x.value()), {x}, extremum_rule(x, {}));
}

TINYTORCH_INSTANTIATE_REDUCTION(Variable)

}  // namespace tinytorch
