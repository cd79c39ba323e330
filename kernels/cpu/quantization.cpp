#include "kernels/math/quantization.h"
#include "core/ops/quantization_kernels.h"
#include "kernels/cpu/parallel.h"
#include "kernels/register.h"

#include <algorithm>
#include <cstdint>
#include <vector>

// Compiled once more for each instruction set; see kernels/cpu/targets.h.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/quantization.cpp"
#include "kernels/cpu/targets.h"

#include <hwy/foreach_target.h>

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace tinytorch::cpu::HWY_NAMESPACE {
namespace {

/// Quantizes a row. @return  its scale
template <class Integer>
float quantize_row(const float* x, std::int64_t columns, Integer* values) {
  std::uint32_t largest = 0;
  for (std::int64_t k = 0; k < columns; ++k) largest = std::max(largest, math::magnitude_bits(x[k]));
  const float scale = math::quantization_scale(largest);
  INDEPENDENT
  for (std::int64_t k = 0; k < columns; ++k) values[k] = static_cast<Integer>(math::quantized(x[k], scale));
  return scale;
}

/// Quantizes rows, several at a time.
template <class Integer>
void quantize_all(const Tensor& x, Integer* values, float* scales) {
  const std::int64_t columns = x.size(1);
  parallel_for(x.size(0), kCheapGrain / (columns + 1) + 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i)
      scales[i] = quantize_row(x.data<float>() + i * columns, columns, values + i * columns);
  });
}

void quantize_rows(const Tensor& x, Tensor& values, Tensor& scales) {
  quantize_all(x, reinterpret_cast<std::int8_t*>(values.data<std::uint8_t>()), scales.data<float>());
}

/// The rows of x whose products with a row of the weight are computed at a time, so that it is loaded and
/// widened once for all of them.
constexpr std::int64_t kRows = 4;

/// The values of x are i16: the compilers' vector instructions multiply i16, and add pairs of products in
/// i32. The weight, which has to come from memory, is widened in registers.
HWY_INLINE std::int32_t product(std::int16_t x, std::int8_t weight) {
  return x * static_cast<std::int16_t>(weight);
}

std::int32_t dot(const std::int16_t* x, const std::int8_t* weight, std::int64_t columns) {
  std::int32_t sum = 0;
  for (std::int64_t k = 0; k < columns; ++k) sum += product(x[k], weight[k]);
  return sum;
}

/// dot() of kRows rows.
void dot_rows(const std::int16_t* x, const std::int8_t* weight, std::int64_t columns,
              std::int32_t (&sums)[kRows]) {
  const std::int16_t *x1 = x + columns, *x2 = x1 + columns, *x3 = x2 + columns;
  std::int32_t sum0 = 0, sum1 = 0, sum2 = 0, sum3 = 0;
  for (std::int64_t k = 0; k < columns; ++k) {
    sum0 += product(x[k], weight[k]);
    sum1 += product(x1[k], weight[k]);
    sum2 += product(x2[k], weight[k]);
    sum3 += product(x3[k], weight[k]);
  }
  sums[0] = sum0, sums[1] = sum1, sums[2] = sum2, sums[3] = sum3;
}

/// The operands of int8_linear, whose x is quantized.
struct Int8Linear {
  std::int64_t rows, in, out;
  const std::int16_t* x;
  const float* x_scales;
  const std::int8_t* weight;
  const float* weight_scales;
  const float* bias;
  float* y;

  void write(std::int64_t i, std::int64_t j, std::int32_t sum) const {
    y[i * out + j] = math::dequantized(sum, x_scales[i], weight_scales[j], bias[j]);
  }

  /// Output j of the kRows rows from `first` on, of which there may be fewer.
  void run(std::int64_t first, std::int64_t j) const {
    const std::int8_t* const row = weight + j * in;
    if (first + kRows <= rows) {
      std::int32_t sums[kRows];
      dot_rows(x + first * in, row, in, sums);
      for (std::int64_t i = 0; i < kRows; ++i) write(first + i, j, sums[i]);
    } else {
      for (std::int64_t i = first; i < rows; ++i) write(i, j, dot(x + i * in, row, in));
    }
  }
};

/// Sums of integers are the same in any order, so that chunks may begin anywhere.
void int8_linear(const Tensor& x, const Tensor& values, const Tensor& scales, const Tensor& bias, Tensor& y) {
  const std::int64_t rows = x.size(0), in = x.size(1), out = values.size(0);
  Storage x_values(Device::cpu(), static_cast<std::size_t>(x.numel()) * sizeof(std::int16_t));
  std::vector<float> x_scales(static_cast<std::size_t>(rows));
  auto* const x_data = reinterpret_cast<std::int16_t*>(x_values.data());
  quantize_all(x, x_data, x_scales.data());
  const Int8Linear layer{.rows = rows,
                         .in = in,
                         .out = out,
                         .x = x_data,
                         .x_scales = x_scales.data(),
                         .weight = reinterpret_cast<const std::int8_t*>(values.data<std::uint8_t>()),
                         .weight_scales = scales.data<float>(),
                         .bias = bias.data<float>(),
                         .y = y.data<float>()};
  const std::int64_t blocks = (rows + kRows - 1) / kRows, cost = std::min(rows, kRows) * in;
  parallel_for(blocks * out, kProductGrain / (cost + 1) + 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t task = begin; task < end; ++task) layer.run(task / out * kRows, task % out);
  });
}

void register_quantization_kernels() {
  kernels::quantize_rows.set(DeviceType::cpu, quantize_rows);
  kernels::int8_linear.set(DeviceType::cpu, int8_linear);
}

}  // namespace
}  // namespace tinytorch::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tinytorch::cpu {
HWY_EXPORT(register_quantization_kernels);
void register_quantization() { HWY_DYNAMIC_DISPATCH(register_quantization_kernels)(); }
}  // namespace tinytorch::cpu
#endif
