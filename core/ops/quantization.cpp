#include "core/ops/quantization.h"

#include "core/ops/arithmetic.h"
#include "core/ops/comparison.h"
#include "core/ops/composite.h"
#include "core/ops/copy.h"
#include "core/ops/creation.h"
#include "core/ops/internal/check.h"
#include "core/ops/quantization_kernels.h"

namespace tinytorch {

namespace {

void require_f32(const char* op, const Tensor& x, const char* name) {
  require_defined(op, x, name);
  if (x.dtype() != DType::f32)
    fail<DTypeError>(op, "takes f32, but {} is {}; convert it with .to(DType::f32)", name, x.dtype());
}

void check_matrix(const char* op, const QuantizedMatrix& x) {
  require_defined(op, x.values, "values");
  require_f32(op, x.scales, "scales");
  if (x.values.dtype() != DType::u8) {
    fail<DTypeError>(op, "values are {}; wanted u8, the bytes of int8, as quantize_rows() makes them",
                     x.values.dtype());
  }
  if (x.values.rank() != 2 || x.scales.shape() != Shape{x.values.size(0)}) {
    fail<ShapeError>(op, "values are {}, scales {}; wanted [rows, columns] and [rows]", x.values.shape(),
                     x.scales.shape());
  }
  common_device(op, {"values", x.values}, {"scales", x.scales});
}

void check_int8_linear(const Shape& x, const Shape& weight, const Shape& bias) {
  if (x.empty() || x.back() != weight[1] || bias != Shape{weight[0]}) {
    fail<ShapeError>("int8_linear", "x is {}, weight {}, bias {}; wanted [..., in], [out, in] and [out]", x,
                     weight, bias);
  }
  if (weight[1] > kMaxInt8Columns) {
    fail<ShapeError>("int8_linear",
                     "x is {}, but only {} products of int8 always fit into i32; split the columns, and add",
                     x, kMaxInt8Columns);
  }
}

}  // namespace

QuantizedMatrix quantize_rows(const Tensor& x) {
  const OpScope scope("quantize_rows");
  require_f32("quantize_rows", x, "x");
  if (x.rank() != 2) fail<ShapeError>("quantize_rows", "x is {}; wanted [rows, columns]", x.shape());
  QuantizedMatrix result{.values = empty(x.shape(), {.dtype = DType::u8, .device = x.device()}),
                         .scales = empty({x.size(0)}, {.dtype = DType::f32, .device = x.device()})};
  if (x.size(0) > 0) kernels::quantize_rows(contiguous(x), result.values, result.scales);
  return result;
}

Tensor dequantize_rows(const QuantizedMatrix& x) {
  const OpScope scope("dequantize_rows");
  check_matrix("dequantize_rows", x);
  const Tensor bytes = x.values.to(DType::f32);
  return where(bytes > 127, bytes - 256, bytes) * unsqueeze(x.scales, 1);
}

Tensor int8_linear(const Tensor& x, const QuantizedMatrix& weight, const Tensor& bias) {
  const OpScope scope("int8_linear");
  require_f32("int8_linear", x, "x");
  check_matrix("int8_linear", weight);
  require_f32("int8_linear", bias, "the bias");
  check_int8_linear(x.shape(), weight.values.shape(), bias.shape());
  const Device device = common_device("int8_linear", {"x", x}, {"the weight", weight.values});
  common_device("int8_linear", {"x", x}, {"the bias", bias});
  const std::int64_t in = weight.values.size(1), out = weight.values.size(0);
  Shape shape = x.shape();
  shape.back() = out;
  Tensor y = empty(shape, {.dtype = DType::f32, .device = device});
  if (y.numel() == 0) return y;
  const std::int64_t rows = y.numel() / out;
  Tensor y_rows = reshape(y, {rows, out});
  kernels::int8_linear(contiguous(reshape(x, {rows, in})), contiguous(weight.values),
                       contiguous(weight.scales), contiguous(bias), y_rows);
  return y;
}

}  // namespace tinytorch
