#include "nn/train/interrupt.h"

#include <atomic>
#include <csignal>
#include <mutex>

namespace tinytorch::nn {
namespace {

std::mutex mutex;  // of the number of guards and the handlers
int guards = 0;
struct sigaction previous_int, previous_term;
std::atomic<bool> signalled = false;
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler writes it");

// The next signal of either kind has its default effect. (A handler may call sigaction.)
void note_signal(int) {
  signalled = true;
  struct sigaction action = {};
  action.sa_handler = SIG_DFL;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

}  // namespace

InterruptGuard::InterruptGuard() {
  const std::lock_guard lock(mutex);
  if (guards++ > 0) return;
  signalled = false;
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

bool InterruptGuard::interrupted() const { return signalled; }

}  // namespace tinytorch::nn
