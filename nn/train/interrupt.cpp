#include "nn/train/interrupt.h"

#include <atomic>
#include <csignal>
#include <cstdint>
#include <ctime>
#include <mutex>

namespace tinytorch::nn {
namespace {

std::mutex mutex;  // of the number of guards and the handlers
int guards = 0;
struct sigaction previous_int, previous_term;
std::atomic<std::int64_t> first_signal = 0;  // when it came, by the monotonic clock; 0: not yet
static_assert(std::atomic<std::int64_t>::is_always_lock_free, "a signal handler writes it");

std::int64_t milliseconds_now() {
  struct timespec now = {};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return std::int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
}

// All that it calls may be called in a handler.
void note_signal(int signal) {
  constexpr std::int64_t kAtOnce = 500;
  const std::int64_t now = milliseconds_now();
  std::int64_t first = 0;
  if (first_signal.compare_exchange_strong(first, now) || now - first < kAtOnce) return;
  struct sigaction action = {};
  action.sa_handler = SIG_DFL;
  sigaction(signal, &action, nullptr);
  raise(signal);  // has its effect when this handler returns
}

}  // namespace

InterruptGuard::InterruptGuard() {
  const std::lock_guard lock(mutex);
  if (guards++ > 0) return;
  first_signal = 0;
  struct sigaction action = {};
  action.sa_handler = note_signal;
  action.sa_flags = SA_RESTART;
  sigaction(SIGINT, &action, &previous_int);
  sigaction(SIGTERM, &action, &previous_term);
}

InterruptGuard::~InterruptGuard() {
  const std::lock_guard lock(mutex);
  if (--guards > 0) return;
  sigaction(SIGINT, &previous_int, nullptr);
  sigaction(SIGTERM, &previous_term, nullptr);
}

bool InterruptGuard::interrupted() const { return first_signal != 0; }

}  // namespace tinytorch::nn
