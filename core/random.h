#pragma once

#include <cstdint>

namespace tinytorch {

/// A run of Philox blocks: the key and the number of the first block. What a random kernel gets.
struct RandomStream {
  std::uint64_t seed;
  std::uint64_t offset;
};

/// A counter-based source of random numbers (Philox 4x32-10; Salmon et al., "Parallel random numbers: as easy
/// as 1, 2, 3", SC 2011). Its whole state is a seed and a count, so one seed gives the same numbers on each
/// device and however many threads.
class Generator {
 public:
  explicit Generator(std::uint64_t seed = 0) : state_{seed, 0} {}

  /// Starts again from a seed.
  void seed(std::uint64_t seed) { state_ = {seed, 0}; }

  /// Takes the next `blocks` blocks of four 32-bit numbers.
  RandomStream take(std::uint64_t blocks) {
    RandomStream stream = state_;
    state_.offset += blocks;
    return stream;
  }

  /// For checkpoints: what take() will give next.
  RandomStream state() const { return state_; }
  void set_state(RandomStream state) { state_ = state; }

 private:
  RandomStream state_;
};

/// The generator of calls that name none; one a thread, seeded with 0.
Generator& default_generator();

/// Seeds this thread's default generator.
void manual_seed(std::uint64_t seed);

}  // namespace tinytorch
