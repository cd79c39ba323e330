#include "core/ops/internal/linear_algebra.h"

#include "core/internal/format.h"
#include "core/ops/internal/check.h"

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

void check_addmm(const Tensor& x, const Tensor& a, const Tensor& b) {
  for (const Tensor* operand : {&x, &a, &b}) require_defined("addmm", *operand);
  const bool matrices = a.rank() == 2 && b.rank() == 2 && a.shape()[1] == b.shape()[0];
  if (!matrices || !broadcasts_to(x.shape(), {a.shape()[0], b.shape()[1]})) {
    fail<ShapeError>("addmm", "takes x that broadcasts to [m, n], [m, k] and [k, n], but x is {}, a {}, b {}",
                     x.shape(), a.shape(), b.shape());
  }
  common_device("addmm", x, a);
}

}  // namespace detail

TINYTORCH_INSTANTIATE_LINEAR_ALGEBRA(Tensor);

}  // namespace tinytorch
