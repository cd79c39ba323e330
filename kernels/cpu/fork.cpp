#include "kernels/register.h"

#ifdef _OPENMP
#include <omp.h>
#include <pthread.h>
#endif

namespace tinytorch::cpu {

// A child process has only the thread that called fork(), but libgomp would wait for the others of its pool.
// So that thread's pool ends before the fork, and both processes start another when they need one.
void register_fork_handler() {
#ifdef _OPENMP
  pthread_atfork([] { static_cast<void>(omp_pause_resource_all(omp_pause_soft)); }, nullptr, nullptr);
#endif
}

}  // namespace tinytorch::cpu
