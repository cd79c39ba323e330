#pragma once

#include <cstdint>

#include "core/random.h"

namespace tinytorch::nn {

/// A seed that a seed and a number determine, and that differs from those of other numbers (SplitMix64;
/// Steele, Lea and Flood 2014).
constexpr std::uint64_t derived_seed(std::uint64_t seed, std::uint64_t number) {
  std::uint64_t z = seed + (number + 1) * 0x9e3779b97f4a7c15U;
  z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31U);
}
constexpr std::uint64_t derived_seed(std::uint64_t seed, std::int64_t number) {
  return derived_seed(seed, static_cast<std::uint64_t>(number));
}

/// While it exists, this thread's default generator has another seed.
class SeedScope {
 public:
  explicit SeedScope(std::uint64_t seed) : previous_(default_generator().state()) { manual_seed(seed); }
  ~SeedScope() { default_generator().set_state(previous_); }
  SeedScope(const SeedScope&) = delete;
  SeedScope& operator=(const SeedScope&) = delete;

 private:
  RandomStream previous_;
};

}  // namespace tinytorch::nn
