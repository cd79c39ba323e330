#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "kernels/math/host_device.h"

// Symmetric quantization to int8; see quantize_rows() in core/ops/quantization.h.
namespace tinytorch::math {

/// The bits of |x|. As integers they have the order of magnitudes: infinity is larger than all numbers, and
/// NaN larger than infinity, so that their maximum never loses one.
HOST_DEVICE std::uint32_t magnitude_bits(float x) { return std::bit_cast<std::uint32_t>(x) & 0x7fffffffu; }

/// The scale of a row, of the bits of its largest magnitude.
HOST_DEVICE float quantization_scale(std::uint32_t largest) {
  if (largest >= 0x7f800000u) return std::numeric_limits<float>::quiet_NaN();
  const float scale = std::bit_cast<float>(largest) / 127.0f;
  return scale == 0.0f ? 1.0f : scale;
}

/// The int8 that x becomes; 0 if the scale is NaN. Subnormal scales have so few digits that x / scale can
/// exceed 127.
HOST_DEVICE float quantized(float x, float scale) {
  const float value = std::nearbyint(x / scale);
  const float limited = value > 127.0f ? 127.0f : value < -127.0f ? -127.0f : value;
  return scale == scale ? limited : 0.0f;
}

/// An output of a layer in int8, of the sum of its products.
HOST_DEVICE float dequantized(std::int32_t sum, float x_scale, float weight_scale, float bias) {
  return static_cast<float>(static_cast<double>(x_scale) * static_cast<double>(weight_scale) * sum +
                            static_cast<double>(bias));
}

}  // namespace tinytorch::math
