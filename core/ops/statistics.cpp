#include "core/ops/statistics.h"

#include "core/ops/internal/check.h"

namespace tinytorch::detail {

void require_real(const char* op, const Tensor& x) { require_floating(op, x); }

std::int64_t reduced_count(const Shape& shape, const Axes& axes) {
  std::int64_t count = 1;
  for (const std::int64_t axis : axes) count *= shape[static_cast<int>(axis)];
  return count;
}

Tensor finite_or_zero(const Tensor& m) { return where((m - m) == 0, m, 0); }

}  // namespace tinytorch::detail
