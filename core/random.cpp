#include "core/random.h"

#include <unistd.h>

#include <atomic>

namespace tinytorch {

namespace {

/// 0 in the main thread, else a multiple of a large odd number (2^64 divided by the golden ratio), so that
/// the seeds are all different and unlikely to be a user's.
std::uint64_t seed_of_thread() {
  static constinit std::atomic<std::uint64_t> threads{0};
  if (gettid() == getpid()) return 0;
  return (threads.fetch_add(1, std::memory_order_relaxed) + 1) * 0x9E3779B97F4A7C15;
}

}  // namespace

Generator& default_generator() {
  thread_local Generator generator(seed_of_thread());
  return generator;
}

void manual_seed(std::uint64_t seed) { default_generator().seed(seed); }

}  // namespace tinytorch
