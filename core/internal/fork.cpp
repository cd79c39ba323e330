#include "core/internal/fork.h"

#include <pthread.h>

#include "core/internal/cpu_backend.h"

namespace tinytorch {

void lock_during_forks(void (*lock)(), void (*unlock)()) {
  // It registers the allocator's mutex, which is locked while others are held.
  static_cast<void>(cpu_backend());
  pthread_atfork(lock, unlock, unlock);
}

}  // namespace tinytorch
