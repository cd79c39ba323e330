#include "core/ops/statistics.h"

#include "core/ops/internal/statistics.h"

namespace tinytorch {

namespace detail {

std::int64_t reduced_numel(const Shape& shape, const Axes& axes) {
  Shape lengths;
  for (const std::int64_t axis : axes) lengths.push_back(shape[static_cast<int>(axis)]);
  return checked_numel("var", lengths);
}

Tensor finite_or_zero(const Tensor& m) { return where((m - m) == 0, m, 0); }

}  // namespace detail

TINYTORCH_INSTANTIATE_STATISTICS(Tensor)

}  // namespace tinytorch
