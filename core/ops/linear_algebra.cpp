#include "core/ops/internal/linear_algebra.h"

#include "core/internal/format.h"
#include "core/ops/internal/check.h"

namespace tinytorch {

namespace detail {

namespace {

void require_operands(const char* op, const Tensor& a, const Tensor& b) {
  require_defined(op, a, "a");
  require_defined(op, b, "b");
}

/// The operand that is added to the product of a and b.
void check_summand(const char* op, const Tensor& x, const Tensor& a, const Tensor& b) {
  common_device(op, a, b);
  common_device(op, {"x", x}, {"a and b", a});
}

}  // namespace

void check_vectors(const char* op, const Tensor& a, const Tensor& b) {
  require_operands(op, a, b);
  if (a.rank() == 1 && b.rank() == 1) return;
  fail<ShapeError>(op, "takes two vectors, but a is {} and b is {}; flatten() gives vectors", a.shape(),
                   b.shape());
}

void check_batches(const char* op, const Tensor& a, const Tensor& b) {
  require_operands(op, a, b);
  const Shape &left = a.shape(), &right = b.shape();
  if (left.size() == 3 && right.size() == 3 && left[0] == right[0] && left[2] == right[1]) return;
  fail<ShapeError>(op, "takes [batch, m, k] and [batch, k, n], but a is {} and b is {}; matmul() broadcasts",
                   left, right);
}

void check_addmm(const Tensor& x, const Tensor& a, const Tensor& b) {
  require_defined("addmm", x, "x");
  require_operands("addmm", a, b);
  if (a.rank() != 2 || b.rank() != 2 || a.shape()[1] != b.shape()[0]) {
    fail<ShapeError>("addmm", "takes a [m, k] and b [k, n], but a is {} and b is {}; baddbmm() takes batches",
                     a.shape(), b.shape());
  }
  if (const Shape product{a.shape()[0], b.shape()[1]}; !broadcasts_to(x.shape(), product)) {
    fail<ShapeError>("addmm", "x is {}, which does not broadcast to the product's {}", x.shape(), product);
  }
  check_summand("addmm", x, a, b);
}

void check_baddbmm(const Tensor& x, const Tensor& a, const Tensor& b) {
  require_defined("baddbmm", x, "x");
  check_batches("baddbmm", a, b);
  check_summand("baddbmm", x, a, b);
}

}  // namespace detail

TINYTORCH_INSTANTIATE_LINEAR_ALGEBRA(Tensor);

}  // namespace tinytorch
