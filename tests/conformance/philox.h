#pragma once

#include <array>
#include <cstdint>

namespace tinytorch::conformance {

/// Philox 4x32-10 of block `number` of a seed, straight from the paper (Salmon et al. 2011).
inline std::array<std::uint32_t, 4> philox_block(std::uint64_t seed, std::uint64_t number) {
  std::array<std::uint32_t, 4> x{static_cast<std::uint32_t>(number), static_cast<std::uint32_t>(number >> 32),
                                 0, 0};
  auto key0 = static_cast<std::uint32_t>(seed), key1 = static_cast<std::uint32_t>(seed >> 32);
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t left = 0xD2511F53ull * x[0], right = 0xCD9E8D57ull * x[2];
    x = {static_cast<std::uint32_t>(right >> 32) ^ x[1] ^ key0, static_cast<std::uint32_t>(right),
         static_cast<std::uint32_t>(left >> 32) ^ x[3] ^ key1, static_cast<std::uint32_t>(left)};
    key0 += 0x9E3779B9u;
    key1 += 0xBB67AE85u;
  }
  return x;
}

/// Word i of a seed's stream from block `first` on.
inline std::uint32_t philox_word(std::uint64_t seed, std::uint64_t first, std::uint64_t i) {
  return philox_block(seed, first + i / 4)[i % 4];
}

}  // namespace tinytorch::conformance
