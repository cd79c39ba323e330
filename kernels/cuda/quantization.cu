#include "core/ops/quantization_kernels.h"

#include "core/ops/creation.h"
#include "kernels/cuda/kernels.h"
#include "kernels/cuda/short_rows.h"
#include "kernels/math/arithmetic-inl.h"
#include "kernels/math/quantization.h"

namespace tinytorch::cuda {
namespace {

/// The larger of two integers.
struct Larger {
  __device__ std::uint32_t operator()(std::uint32_t a, std::uint32_t b) const { return a < b ? b : a; }
};

// One warp per row, eight per block. A row is read twice, short ones the second time from L1; 5 to 9 bytes
// per element.
__global__ void __launch_bounds__(kThreads)
    quantize_each_row(std::int64_t rows, std::int64_t columns, const float* x, std::int8_t* values,
                      float* scales) {
  const std::int64_t row = std::int64_t{blockIdx.x} * kWarpsPerBlock + threadIdx.y;
  if (!within(row, rows)) return;
  const std::int64_t first = row * columns;
  std::uint32_t largest = 0;
  for (std::int64_t k = threadIdx.x; k < columns; k += kWarp)
    largest = Larger{}(largest, math::magnitude_bits(x[first + k]));
  const float scale = math::quantization_scale(reduce_warp(largest, Larger{}));
  for (std::int64_t k = threadIdx.x; k < columns; k += kWarp)
    values[first + k] = static_cast<std::int8_t>(math::quantized(x[first + k], scale));
  if (threadIdx.x == 0) scales[row] = scale;
}

/// The operands of int8_linear, whose x is quantized.
struct Int8Operands {
  std::int64_t in, out;
  const std::int8_t* x;
  const float* x_scales;
  const std::int8_t* weight;
  const float* weight_scales;
  const float* bias;
  float* y;
};

// One warp per output, eight per block: neighbouring lanes read neighbouring bytes of a row of x and of a row
// of the weight. For one row of x, each byte of the weight is read once, which is the minimum. For n rows it
// is read n times, mostly from L2: 2 bytes per product.
__global__ void __launch_bounds__(kThreads) multiply_int8_rows(std::int64_t n, Int8Operands operands) {
  const std::int64_t output = std::int64_t{blockIdx.x} * kWarpsPerBlock + threadIdx.y;
  if (!within(output, n)) return;
  const std::int64_t i = output / operands.out, j = output % operands.out;
  std::int32_t sum = 0;
  for (std::int64_t k = threadIdx.x; k < operands.in; k += kWarp)
    sum += operands.x[i * operands.in + k] * operands.weight[j * operands.in + k];
  sum = reduce_warp(sum, math::Add{});
  if (threadIdx.x != 0) return;
  operands.y[output] =
      math::dequantized(sum, operands.x_scales[i], operands.weight_scales[j], operands.bias[j]);
}

std::int8_t* int8_data(Tensor& values) { return reinterpret_cast<std::int8_t*>(values.data<std::uint8_t>()); }
const std::int8_t* int8_data(const Tensor& values) {
  return reinterpret_cast<const std::int8_t*>(values.data<std::uint8_t>());
}

void quantize_rows(const Tensor& x, Tensor& values, Tensor& scales) {
  const OnDevice on(x.device());
  const std::int64_t rows = x.size(0);
  launch(KERNEL(quantize_each_row), blocks_for(rows, kWarpsPerBlock), short_rows_block(rows), 0, on.stream(),
         rows, x.size(1), x.data<float>(), int8_data(values), scales.data<float>());
}

void int8_linear(const Tensor& x, const Tensor& values, const Tensor& scales, const Tensor& bias, Tensor& y) {
  Tensor x_values = empty(x.shape(), {.dtype = DType::u8, .device = x.device()});
  Tensor x_scales = empty({x.size(0)}, {.dtype = DType::f32, .device = x.device()});
  quantize_rows(x, x_values, x_scales);
  const OnDevice on(y.device());
  launch(KERNEL(multiply_int8_rows), blocks_for(y.numel(), kWarpsPerBlock), short_rows_block(y.numel()), 0,
         on.stream(), y.numel(),
         Int8Operands{.in = x.size(1),
                      .out = values.size(0),
                      .x = int8_data(x_values),
                      .x_scales = x_scales.data<float>(),
                      .weight = int8_data(values),
                      .weight_scales = scales.data<float>(),
                      .bias = bias.data<float>(),
                      .y = y.data<float>()});
}

}  // namespace

void register_quantization() {
  kernels::quantize_rows.set(DeviceType::cuda, quantize_rows);
  kernels::int8_linear.set(DeviceType::cuda, int8_linear);
}

}  // namespace tinytorch::cuda
