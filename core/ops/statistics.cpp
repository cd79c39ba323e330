#include "core/ops/statistics.h"

#include "core/ops/internal/operands.h"
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
  return moment(x, center,
                {.summand = kernels::Summand::squared_distance, .divisor = form.divisor, .root = form.root},
                {.axes = axes, .keepdim = form.keepdim, .dtype = form.dtype});
}

template <>
Tensor sum_of_magnitudes(const Tensor& x, const Axes& axes, bool keepdim) {
  return moment(x, {}, {.summand = kernels::Summand::magnitude},
                {.axes = axes, .keepdim = keepdim, .dtype = x.dtype()});
}

Tensor moment_gradient(const Tensor& x, const Tensor& center, const Tensor& scale) {
  Tensor dx = empty_like(x);
  if (dx.numel() > 0) {
    kernels::moment_gradient(x,
                             broadcast_to(center.defined() ? center : Tensor(0.0).to(DType::f64), x.shape()),
                             broadcast_to(scale, x.shape()), dx);
  }
  return dx;
}

}  // namespace detail

TINYTORCH_INSTANTIATE_STATISTICS(Tensor)

}  // namespace tinytorch
