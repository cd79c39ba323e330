#include "autograd/ops.h"
#include "autograd/tape.h"
#include "core/ops/creation.h"

namespace tinytorch::detail {
namespace {

Tensor zeros_beside(const Variable& grad, const Shape& shape) {
  return zeros(shape, {.dtype = grad.dtype(), .device = grad.device()});
}

/// Which elements of the source a scatter to `shape` leaves there: the last that came to its place.
Tensor kept(const Shape& shape, const Places& places) {
  const Tensor& index = places.index;
  const Options options{.dtype = DType::i64, .device = index.device()};
  Shape line = Dims::filled(index.rank(), 1);
  line[places.axis] = index.shape()[places.axis];
  const Tensor order = expand(reshape(arange(line[places.axis], options), line), index.shape());
  return gather_unchecked(scatter_unchecked(zeros(shape, options), places, order), places) == order;
}

/// Places that a rule will read.
class SavedPlaces {
 public:
  explicit SavedPlaces(const Places& places) : axis_(places.axis), index_(places.index) {}
  Places operator*() const { return {axis_, index_->value()}; }

 private:
  int axis_;
  Saved index_;
};

}  // namespace

Variable gather_unchecked(const Variable& x, const Places& places) {
  return record("gather", gather_unchecked(x.value(), places), {x},
                [places = SavedPlaces(places)](const RuleArguments& at) {
                  return Gradients(
                      scatter_add_unchecked(Variable(zeros_beside(at.grad, at.shape(0))), *places, at.grad));
                });
}

Variable scatter_unchecked(const Variable& x, const Places& places, const Variable& source) {
  return record("scatter", scatter_unchecked(x.value(), places, source.value()), {x, source},
                [saved = SavedPlaces(places)](const RuleArguments& at) {
                  const Places places = *saved;
                  const Variable none = expand(zeros_beside(at.grad, {}), places.index.shape());
                  return Gradients(at.gradient(0, [&] { return scatter_unchecked(at.grad, places, none); }),
                                   at.gradient(1, [&] {
                                     return where(kept(at.grad.shape(), places),
                                                  gather_unchecked(at.grad, places), none);
                                   }));
                });
}

Variable scatter_add_unchecked(const Variable& x, const Places& places, const Variable& source) {
  return record("scatter_add", scatter_add_unchecked(x.value(), places, source.value()), {x, source},
                [places = SavedPlaces(places)](const RuleArguments& at) {
                  return Gradients(at.gradient(0, [&] { return at.grad; }),
                                   at.gradient(1, [&] { return gather_unchecked(at.grad, *places); }));
                });
}

}  // namespace tinytorch::detail
