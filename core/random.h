#pragma once

#include <cstdint>
#include <mutex>

namespace tinytorch {

/// A position in the random sequence of a seed; random kernels read the sequence from there.
struct RandomStream {
  std::uint64_t seed;    ///< the Philox key
  std::uint64_t offset;  ///< the index of the first block of four 32-bit numbers
};

/// A counter-based random number generator (Philox 4x32-10; Salmon et al., "Parallel random numbers: as easy
/// as 1, 2, 3", SC 2011). Its state is a seed and an offset. A seed gives the same numbers on every device
/// and with any number of threads of the kernels. Threads may share a generator: each draw gets numbers of
/// its own, and which draw gets which depends on timing. For reproducible results, give each thread its own.
/// An op that throws leaves the generator as it was, unless another thread drew meanwhile.
/// ```cpp
/// Generator generator(42);
/// const Tensor x = rand({3}, {}, generator);
/// generator.seed(42);
/// std::cout << equal(x, rand({3}, {}, generator));  // 1
/// ```
class Generator {
 public:
  explicit Generator(std::uint64_t seed = 0) : state_{seed, 0} {}
  /// A copy draws the same numbers.
  Generator(const Generator& other) : state_(other.state()) {}
  Generator& operator=(const Generator& other) {
    set_state(other.state());
    return *this;
  }

  /// Restarts the generator from a seed.
  void seed(std::uint64_t seed) { set_state({seed, 0}); }

  /// Reserves the next `blocks` blocks of four 32-bit numbers.
  /// @return  the position of the first of them
  RandomStream advance(std::uint64_t blocks);
  /// Returns the last `blocks` blocks, which were drawn from the position `before` on; does nothing if more
  /// were drawn or the generator was seeded since. Ops that throw use it.
  void give_back(RandomStream before, std::uint64_t blocks) noexcept;

  /// The current position, to be saved in checkpoints.
  RandomStream state() const;
  /// Continues from a saved state().
  void set_state(RandomStream state);

 private:
  friend class DrawGuard;

  /// What this thread drew from a generator while a DrawGuard existed.
  struct Draws {
    const Generator* generator;
    std::uint64_t blocks = 0;
    Draws* outer = nullptr;
  };
  static inline constinit thread_local Draws* thread_draws = nullptr;

  static inline constinit std::mutex mutex;  // of all generators: none holds it for long
  RandomStream state_;
};

/// The generator that ops use by default: one for each thread. That of the main thread is seeded with 0, and
/// that of each other thread with a seed of its own, which depends on the order in which threads first use
/// theirs. For reproducible results, seed each thread.
Generator& default_generator();

/// Seeds this thread's default generator.
/// ```cpp
/// manual_seed(7);
/// const Tensor noise = randn({2, 2});
/// ```
void manual_seed(std::uint64_t seed);

}  // namespace tinytorch
