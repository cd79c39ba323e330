// Puts what module 12 wrote into the slots of the framework.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "core/error.h"
#include "core/ops/quantization_kernels.h"
#include "modules/12_compression/compression.h"
#include "modules/course/slots.h"

using namespace tinytorch;

namespace {

std::size_t length(const Tensor& x, int axis) { return static_cast<std::size_t>(x.size(axis)); }

/// The framework stores the bytes of int8 as u8.
std::span<std::uint8_t> bytes(const Tensor& x) {
  Tensor elements = x;  // shares the memory
  return {elements.data<std::uint8_t>(), static_cast<std::size_t>(x.numel())};
}

void quantize_rows(const Tensor& x, Tensor& values, Tensor& scales) {
  const compression::Quantized result =
      compression::quantize(course::elements(x), length(x, 0), length(x, 1));
  if (result.values.size() != bytes(values).size() || result.scales.size() != length(scales, 0))
    throw ShapeError("[quantize_rows] quantize() made another number of values or scales than it has to");
  std::copy(result.values.begin(), result.values.end(), bytes(values).begin());
  std::copy(result.scales.begin(), result.scales.end(), scales.data<float>());
}

void int8_linear(const Tensor& x, const Tensor& values, const Tensor& scales, const Tensor& bias, Tensor& y) {
  const auto of_values = bytes(values);
  const auto of_scales = course::elements(scales);
  const compression::Quantized weight{.rows = length(values, 0),
                                      .columns = length(values, 1),
                                      .values = {of_values.begin(), of_values.end()},
                                      .scales = {of_scales.begin(), of_scales.end()}};
  compression::int8_linear(course::elements(x), length(x, 0), weight, course::elements(bias),
                           {y.data<float>(), static_cast<std::size_t>(y.numel())});
}

}  // namespace

extern "C" void tinytorch_plugin() {
  kernels::quantize_rows.replace(DeviceType::cpu, quantize_rows);
  kernels::int8_linear.replace(DeviceType::cpu, int8_linear);
}
