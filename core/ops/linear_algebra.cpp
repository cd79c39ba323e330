#include "core/ops/internal/linear_algebra.h"

#include "core/internal/format.h"

namespace tinytorch {

namespace detail {

void check_vectors(const char* op, const Shape& a, const Shape& b) {
  if (a.size() == 1 && b.size() == 1) return;
  fail<ShapeError>(op, "takes two vectors, but a is {} and b is {}; flatten() gives vectors", a, b);
}

void check_batches(const char* op, const Shape& a, const Shape& b) {
  if (a.size() == 3 && b.size() == 3 && a[0] == b[0] && a[2] == b[1]) return;
  fail<ShapeError>(op, "takes [batch, m, k] and [batch, k, n], but a is {} and b is {}; matmul() broadcasts",
                   a, b);
}

}  // namespace detail

TINYTORCH_INSTANTIATE_LINEAR_ALGEBRA(Tensor);

}  // namespace tinytorch
