#include "core/ops/matmul.h"

#include "core/ops/activation.h"
#include "core/ops/composite.h"
#include "core/ops/copy.h"
#include "core/ops/creation.h"
#include "core/ops/internal/check.h"
#include "core/ops/internal/operands.h"
#include "core/ops/matmul_kernels.h"

namespace tinytorch {

namespace {

void check_dtype(const Tensor& a, const Tensor& b) {
  if (common_dtype(a, b) >= DType::i32) return;
  fail<DTypeError>("matmul", "takes i32, i64, f32 and f64, but a is {} and b is {}", a.dtype(), b.dtype());
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

void check_linear(const Shape& x, const Shape& weight, const Shape& bias) {
  const bool fits =
      !x.empty() && weight.size() == 2 && bias.size() == 1 && x.back() == weight[1] && bias[0] == weight[0];
  if (!fits) {
    fail<ShapeError>("linear", "x is {}, weight {}, bias {}; wanted [..., in], [out, in] and [out]", x,
                     weight, bias);
  }
}

/// matmul() of operands with at least two axes.
Tensor matmul_matrices(const Tensor& a, const Tensor& b) {
  const Device device = common_device("matmul", a, b);
  const DType dtype = common_dtype(a, b);
  const Shape batch = broadcast_shapes("matmul", leading(a.shape()), leading(b.shape()));
  const std::int64_t m = a.size(-2), k = a.size(-1), n = b.size(-1);
  Tensor y = empty(with_matrix(batch, m, n), {.dtype = dtype, .device = device});
  if (y.numel() > 0) {
    kernels::matmul(*BroadcastOperand(a, dtype, with_matrix(batch, m, k)),
                    *BroadcastOperand(b, dtype, with_matrix(batch, k, n)), y);
  }
  return y;
}

}  // namespace

Tensor matmul(const Tensor& a, const Tensor& b) {
  const OpScope scope("matmul");
  require_defined("matmul", a, "a");
  require_defined("matmul", b, "b");
  check_dtype(a, b);
  check_shapes(a, b);
  if (a.rank() == 1) return squeeze(matmul(unsqueeze(a, 0), b), b.rank() == 1 ? -1 : -2);
  if (b.rank() == 1) return squeeze(matmul(a, unsqueeze(b, 1)), -1);
  return matmul_matrices(a, b);
}

Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias, Activation activation) {
  const OpScope scope("linear");
  require_defined("linear", x, "x");
  require_defined("linear", weight, "the weight");
  require_defined("linear", bias, "the bias");
  check_linear(x.shape(), weight.shape(), bias.shape());
  const Device device = common_device("linear", {"x", x}, {"the weight", weight});
  common_device("linear", {"x", x}, {"the bias", bias});
  const DType dtype = promote(common_dtype(x, weight), bias.dtype());
  if (!is_floating(dtype)) {
    const Tensor y = matmul(x, transpose(weight)) + bias;
    return activation == Activation::relu ? relu(y) : y;
  }
  const std::int64_t out = weight.shape()[0];
  Shape shape = x.shape();
  shape.back() = out;
  Tensor y = empty(shape, {.dtype = dtype, .device = device});
  if (y.numel() == 0) return y;
  const std::int64_t rows = y.numel() / out;
  Tensor y_rows = reshape(y, {rows, out});
  kernels::linear(contiguous(reshape(x.to(dtype), {rows, x.shape().back()})), contiguous(weight.to(dtype)),
                  contiguous(bias.to(dtype)), activation, y_rows);
  return y;
}

}  // namespace tinytorch
