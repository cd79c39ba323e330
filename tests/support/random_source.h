#pragma once

#include <cstdint>
#include <iterator>
#include <random>
#include <string>

namespace tinytorch::testing {

/// Random numbers that depend on the seed only and are the same on every machine.
class RandomSource {
 public:
  explicit RandomSource(std::uint64_t seed) : engine_(seed) {}
  explicit RandomSource(const std::string& seed) : engine_(seeded(seed)) {}

  /// In [low, high).
  double uniform(double low, double high) {
    return low + (high - low) * static_cast<double>(engine_() >> 11) * 0x1p-53;
  }
  /// In [low, high].
  std::int64_t integer(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(engine_() % static_cast<std::uint64_t>(high - low + 1));
  }
  template <class Range>
  const auto& one_of(const Range& range) {
    return range[static_cast<std::size_t>(integer(0, static_cast<std::int64_t>(std::size(range)) - 1))];
  }

 private:
  static std::mt19937_64 seeded(const std::string& seed) {
    std::seed_seq sequence(seed.begin(), seed.end());
    return std::mt19937_64(sequence);
  }
  std::mt19937_64 engine_;
};

}  // namespace tinytorch::testing
