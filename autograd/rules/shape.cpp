#include "autograd/ops.h"
#include "autograd/tape.h"

namespace tinytorch {

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
  return record("slice", slice(x.value(), axis, start, stop, step), {x},
                [axis, start, stop, step](const RuleArguments& at, InputGradient dx) {
                  const Tensor zero =
                      zeros(dx.shape(), {.dtype = at.grad.dtype(), .device = at.grad.device()});
                  return Gradients(slice_scatter(zero, at.grad, axis, start, stop, step));
                });
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
  std::vector<Tensor> values;
  std::vector<std::int64_t> lengths;
  values.reserve(tensors.size());
  lengths.reserve(tensors.size());
  for (const Variable& tensor : tensors) values.push_back(tensor.value());
  Tensor joined = concat(values, axis);
  for (const Variable& tensor : tensors) lengths.push_back(tensor.size(axis));
  return record("concat", std::move(joined), tensors,
                [axis, lengths = std::move(lengths)](const RuleArguments& at) {
                  std::vector<Variable> gradients;
                  gradients.reserve(lengths.size());
                  std::int64_t start = 0;
                  for (std::size_t i = 0; i < lengths.size(); ++i) {
                    const std::int64_t stop = start + lengths[i];
                    gradients.push_back(at.gradient(i, [&] { return slice(at.grad, axis, start, stop); }));
                    start = stop;
                  }
                  return Gradients(std::move(gradients));
                });
}

}  // namespace tinytorch
