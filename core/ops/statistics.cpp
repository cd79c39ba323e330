#include "core/ops/statistics.h"

#include "core/ops/internal/statistics.h"

namespace tinytorch {

namespace detail {

Tensor finite_or(const Tensor& m, double otherwise) { return where((m - m) == 0, m, otherwise); }

template <>
Tensor second_moment(const Tensor& x, const SecondMoment& form) {
  const Axes& axes = form.axes;
  const double n = reduced_numel(x.shape(), axes);
  const Tensor center =
      form.centered ? moment(x, {}, {.divisor = n}, {.axes = axes, .keepdim = true}) : Tensor();
  return moment(x, center, {.order = 2, .divisor = form.divisor, .root = form.root},
                {.axes = axes, .keepdim = form.keepdim, .dtype = form.dtype});
}

}  // namespace detail

TINYTORCH_INSTANTIATE_STATISTICS(Tensor)

}  // namespace tinytorch
