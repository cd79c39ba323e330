#include "core/random.h"

#include <unistd.h>

#include <atomic>

#include "core/internal/fork.h"

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

RandomStream Generator::advance(std::uint64_t blocks) {
  const ForkSafeLock<mutex> lock;
  const RandomStream stream = state_;
  state_.offset += blocks;
  for (Draws* draws = thread_draws; draws != nullptr; draws = draws->outer) {
    if (draws->generator == this) draws->blocks += blocks;
  }
  return stream;
}

void Generator::give_back(RandomStream before, std::uint64_t blocks) noexcept {
  const ForkSafeLock<mutex> lock;
  if (state_.seed == before.seed && state_.offset == before.offset + blocks) state_ = before;
}

RandomStream Generator::state() const {
  const ForkSafeLock<mutex> lock;
  return state_;
}

void Generator::set_state(RandomStream state) {
  const ForkSafeLock<mutex> lock;
  state_ = state;
}

Generator& default_generator() {
  thread_local Generator generator(seed_of_thread());
  return generator;
}

void manual_seed(std::uint64_t seed) { default_generator().seed(seed); }

}  // namespace tinytorch
