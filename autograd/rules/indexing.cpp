#include "autograd/ops.h"
#include "autograd/tape.h"
#include "core/ops/creation.h"

namespace tinytorch {
namespace {

Tensor zeros_beside(const Variable& grad, const Shape& shape) {
  return zeros(shape, {.dtype = grad.dtype(), .device = grad.device()});
}

/// Which elements of the source a scatter to `shape` leaves there: the last that came to its place.
Tensor kept(const Shape& shape, int axis, const Tensor& index) {
  const Options options{.dtype = DType::i64, .device = index.device()};
  Shape line = Dims::filled(index.rank(), 1);
  line[axis] = index.shape()[axis];
  const Tensor places = expand(reshape(arange(line[axis], options), line), index.shape());
  return gather_unchecked(scatter_unchecked(zeros(shape, options), axis, index, places), axis, index) ==
         places;
}

}  // namespace

Variable gather_unchecked(const Variable& x, int axis, const Tensor& index) {
  return record("gather", gather_unchecked(x.value(), axis, index), {x},
                [axis, index = Saved("gather", index)](const RuleArguments& at) {
                  return Gradients(scatter_add_unchecked(Variable(zeros_beside(at.grad, at.shape(0))), axis,
                                                         index->value(), at.grad));
                });
}

Variable scatter_unchecked(const Variable& x, int axis, const Tensor& index, const Variable& source) {
  return record("scatter", scatter_unchecked(x.value(), axis, index, source.value()), {x, source},
                [axis, index = Saved("scatter", index)](const RuleArguments& at) {
                  const Tensor& places = index->value();
                  const Variable none = expand(zeros_beside(at.grad, {}), places.shape());
                  return Gradients(
                      at.gradient(0, [&] { return scatter_unchecked(at.grad, axis, places, none); }),
                      at.gradient(1, [&] {
                        return where(kept(at.grad.shape(), axis, places),
                                     gather_unchecked(at.grad, axis, places), none);
                      }));
                });
}

Variable scatter_add_unchecked(const Variable& x, int axis, const Tensor& index, const Variable& source) {
  return record("scatter_add", scatter_add_unchecked(x.value(), axis, index, source.value()), {x, source},
                [axis, index = Saved("scatter_add", index)](const RuleArguments& at) {
                  return Gradients(at.gradient(0, [&] { return at.grad; }), at.gradient(1, [&] {
                    return gather_unchecked(at.grad, axis, index->value());
                  }));
                });
}

}  // namespace tinytorch
