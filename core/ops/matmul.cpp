#include "core/ops/matmul.h"

#include "core/ops/check.h"
#include "core/ops/composite.h"
#include "core/ops/creation.h"
#include "core/ops/operands.h"

namespace tinytorch {

namespace {

DType checked_dtype(const Tensor& a, const Tensor& b) {
  const DType dtype = common_dtype(a, b);
  if (dtype < DType::i32) {
    fail<DTypeError>("matmul", "takes i32, i64, f32 and f64, but a is {} and b is {}", a.dtype(), b.dtype());
  }
  return dtype;
}

void check_shapes(const Tensor& a, const Tensor& b) {
  if (a.rank() == 0 || b.rank() == 0) {
    fail<ShapeError>("matmul", "a is {}, b is {}; an operand without axes is no matrix, use mul", a.shape(),
                     b.shape());
  }
  const std::int64_t inner_a = a.size(-1), inner_b = b.size(b.rank() > 1 ? -2 : -1);
  if (inner_a != inner_b) {
    fail<ShapeError>("matmul",
                     "inner dimensions differ: a is {}, b is {}; a's last ({}) must equal b's {} ({})",
                     a.shape(), b.shape(), inner_a, b.rank() > 1 ? "second-to-last" : "only one", inner_b);
  }
}

Shape leading(const Shape& shape) { return Shape(std::span(shape.begin(), shape.end() - 2)); }

Shape with_matrix(Shape batch, std::int64_t rows, std::int64_t columns) {
  batch.push_back(rows);
  batch.push_back(columns);
  return batch;
}

/// Both operands have at least two axes.
Tensor matmul_matrices(const Tensor& a, const Tensor& b, Device device) {
  const Shape batch = broadcast_shapes("matmul", leading(a.shape()), leading(b.shape()));
  const std::int64_t m = a.size(-2), k = a.size(-1), n = b.size(-1);
  Tensor y = empty(with_matrix(batch, m, n), {.dtype = a.dtype(), .device = device});
  if (y.numel() > 0) {
    kernels::matmul(broadcast_to(a, with_matrix(batch, m, k)), broadcast_to(b, with_matrix(batch, k, n)), y);
  }
  return y;
}

}  // namespace

Tensor matmul(const Tensor& a, const Tensor& b) {
  require_defined("matmul", a);
  require_defined("matmul", b);
  const DType dtype = checked_dtype(a, b);
  check_shapes(a, b);
  const Device device = common_device("matmul", a, b);
  const Tensor x = a.to(dtype), z = b.to(dtype);
  Tensor y = matmul_matrices(x.rank() > 1 ? x : unsqueeze(x, 0), z.rank() > 1 ? z : unsqueeze(z, 1), device);
  if (b.rank() == 1) y = squeeze(y, -1);
  if (a.rank() == 1) y = squeeze(y, b.rank() == 1 ? -1 : -2);
  return y;
}

}  // namespace tinytorch
