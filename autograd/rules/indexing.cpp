#include "autograd/internal/indexing.h"

#include "autograd/ops.h"
#include "autograd/tape.h"
#include "core/ops/creation.h"

namespace tinytorch {
namespace detail {
namespace {

Tensor zeros_for(const Variable& grad, const Shape& shape) {
  return zeros(shape, {.dtype = grad.dtype(), .device = grad.device()});
}

/// Which elements of the source a scatter to `shape` leaves there: the last one for each index.
Tensor written_last(const Shape& shape, const IndexMap& map) {
  const Tensor& index = map.index;
  const Options options{.dtype = DType::i64, .device = index.device()};
  Shape along = Dims::filled(index.rank(), 1);
  along[map.axis] = index.shape()[map.axis];
  const Tensor order = expand(reshape(arange(along[map.axis], options), along), index.shape());
  return gather_unchecked(scatter_unchecked(zeros(shape, options), map, order), map) == order;
}

/// An IndexMap that a rule will read.
class SavedMap {
 public:
  explicit SavedMap(const IndexMap& map)
      : axis_(map.axis), is_distinct_(map.is_distinct), index_(map.index) {}
  /// The indices are in range, as the op was computed.
  IndexMap operator*() const {
    return {.axis = axis_, .index = index_->value(), .is_distinct = is_distinct_};
  }

 private:
  int axis_;
  bool is_distinct_;
  Saved index_;
};

}  // namespace

Variable gather_unchecked(const Variable& x, const IndexMap& map) {
  return record("gather", gather_unchecked(x.value(), map), {x},
                [map = SavedMap(map)](const RuleArguments& at, InputGradient dx) {
                  return Gradients(scatter_add_to_zeros(dx.shape(), *map, at.grad));
                });
}

Variable scatter_unchecked(const Variable& x, const IndexMap& map, const Variable& source) {
  return record("scatter", scatter_unchecked(x.value(), map, source.value()), {x, source},
                [saved = SavedMap(map)](const RuleArguments& at, InputGradient dx, InputGradient dsource) {
                  const IndexMap map = *saved;
                  if (dsource.wanted() && !grad_enabled()) {
                    const ScatterGradients gradients = scatter_gradients(at.grad.value(), map);
                    return Gradients(dx([&] { return Variable(gradients.x); }),
                                     dsource([&] { return Variable(gradients.source); }));
                  }
                  const Variable zero = expand(zeros_for(at.grad, {}), map.index.shape());
                  return Gradients(dx([&] { return scatter_unchecked(at.grad, map, zero); }), dsource([&] {
                                     return where(written_last(at.grad.shape(), map),
                                                  gather_unchecked(at.grad, map), zero);
                                   }));
                });
}

Variable scatter_add_unchecked(const Variable& x, const IndexMap& map, const Variable& source) {
  return record("scatter_add", scatter_add_unchecked(x.value(), map, source.value()), {x, source},
                [map = SavedMap(map)](const RuleArguments& at, InputGradient dx, InputGradient dsource) {
                  return Gradients(dx([&] { return at.grad; }),
                                   dsource([&] { return gather_unchecked(at.grad, *map); }));
                });
}

Variable scatter_add_to_zeros(const Shape& shape, const IndexMap& map, const Variable& source) {
  return record(
      "scatter_add", scatter_add_to_zeros(shape, map, source.value()), {source},
      [map = SavedMap(map)](const RuleArguments& at) { return Gradients(gather_unchecked(at.grad, *map)); });
}

}  // namespace detail

TINYTORCH_INSTANTIATE_INDEXING(Variable);

}  // namespace tinytorch
