#pragma once

#include <cstdint>

#include "kernels/math/host_device.h"

/// Random bits, the same on every device; kernels/math/distributions-inl.h makes random values of them.
namespace tinytorch::math {

/// Four 32-bit random numbers.
struct PhiloxBlock {
  std::uint32_t word[4];

  /// Two of the words as a 64-bit integer; half is 0 or 1.
  HOST_DEVICE std::uint64_t pair(int half) const {
    return static_cast<std::uint64_t>(word[2 * half + 1]) << 32 | word[2 * half];
  }
};

/// Philox 4x32-10 (Salmon et al., SC 2011) of a 128-bit counter and a 64-bit key, low words first.
HOST_DEVICE constexpr PhiloxBlock philox(std::uint32_t c0, std::uint32_t c1, std::uint32_t c2,
                                         std::uint32_t c3, std::uint32_t k0, std::uint32_t k1) {
  UNROLL_TEN
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t p0 = std::uint64_t{0xD2511F53} * c0;
    const std::uint64_t p1 = std::uint64_t{0xCD9E8D57} * c2;
    c0 = static_cast<std::uint32_t>(p1 >> 32) ^ c1 ^ k0;
    c1 = static_cast<std::uint32_t>(p1);
    c2 = static_cast<std::uint32_t>(p0 >> 32) ^ c3 ^ k1;
    c3 = static_cast<std::uint32_t>(p0);
    k0 += 0x9E3779B9;
    k1 += 0xBB67AE85;
  }
  return {{c0, c1, c2, c3}};
}

/// Block `number` of the stream of a seed.
HOST_DEVICE constexpr PhiloxBlock philox(std::uint64_t seed, std::uint64_t number) {
  return philox(static_cast<std::uint32_t>(number), static_cast<std::uint32_t>(number >> 32), 0, 0,
                static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32));
}

/// Uniform in [0, 1), multiples of 2^-24. The conversion is from 32-bit signed integers, which every vector
/// unit has.
HOST_DEVICE float uniform_f32(std::uint32_t bits) {
  return static_cast<float>(static_cast<std::int32_t>(bits >> 8)) * 0x1p-24f;
}

}  // namespace tinytorch::math
