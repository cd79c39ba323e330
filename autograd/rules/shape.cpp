#include "core/ops/internal/shape.h"

#include <utility>

#include "autograd/ops.h"
#include "autograd/tape.h"

namespace tinytorch {
namespace {

/// detail::on_slice() with its rule: slice() and it are each other's transpose.
Variable on_slice(const Variable& x, const Shape& shape, const AxisRange& range) {
  return record("on_slice", detail::on_slice(x.value(), shape, range), {x}, [range](const RuleArguments& at) {
    return Gradients(slice(at.grad, range.axis, range.start, range.stop, range.step));
  });
}

struct SliceRule {
  AxisRange range;

  Gradients operator()(const RuleArguments& at, InputGradient dx) const {
    return Gradients(on_slice(at.grad, dx.shape(), range));
  }
};

}  // namespace

Variable reshape(const Variable& x, const Shape& shape) {
  return record("reshape", reshape(x.value(), shape), {x}, [](const RuleArguments& at, InputGradient dx) {
    return Gradients(reshape(at.grad, dx.shape()));
  });
}

Variable permute(const Variable& x, const Axes& axes) {
  return record("permute", permute(x.value(), axes), {x}, [axes](const RuleArguments& at) {
    Axes inverse = axes;
    for (int i = 0; i < axes.size(); ++i) inverse[normalize_axis("permute", axes[i], axes.size())] = i;
    return Gradients(permute(at.grad, inverse));
  });
}

Variable expand(const Variable& x, const Shape& shape) {
  return record("expand", expand(x.value(), shape), {x}, [](const RuleArguments& at, InputGradient dx) {
    return Gradients(sum_to(at.grad, dx.shape()));
  });
}

Variable slice(const Variable& x, int axis, std::int64_t start, std::optional<std::int64_t> stop,
               std::int64_t step) {
  Tensor part = slice(x.value(), axis, start, stop, step);
  return record("slice", std::move(part), {x},
                SliceRule{detail::sliced_range(x.shape(), axis, start, stop, step)});
}

Variable slice_scatter(const Variable& x, const Variable& source, int axis, std::int64_t start,
                       std::optional<std::int64_t> stop, std::int64_t step) {
  return record("slice_scatter", slice_scatter(x.value(), source.value(), axis, start, stop, step),
                {x, source},
                [axis, start, stop, step](const RuleArguments& at, InputGradient dx, InputGradient dsource) {
                  return Gradients(dx([&] { return slice_scatter(at.grad, 0, axis, start, stop, step); }),
                                   dsource([&] { return slice(at.grad, axis, start, stop, step); }));
                });
}

Variable concat(std::span<const Variable> tensors, int axis) {
  PoolVector<Tensor> values;
  PoolVector<std::int64_t> lengths;
  values.reserve(tensors.size());
  lengths.reserve(tensors.size());
  for (const Variable& tensor : tensors) values.push_back(tensor.value());
  Tensor joined = concat(values, axis);
  for (const Variable& tensor : tensors) lengths.push_back(tensor.size(axis));
  return record("concat", std::move(joined), tensors,
                [axis, lengths = std::move(lengths)](const RuleArguments& at) {
                  Gradients gradients;
                  std::int64_t start = 0;
                  for (std::size_t i = 0; i < lengths.size(); ++i) {
                    const std::int64_t stop = start + lengths[i];
                    gradients.push_back(at.gradient(i, [&] { return slice(at.grad, axis, start, stop); }));
                    start = stop;
                  }
                  return gradients;
                });
}

}  // namespace tinytorch
