#include "kernels/cuda/fork.h"

#include <pthread.h>

#include "core/internal/format.h"

namespace tinytorch::cuda {

namespace {

constinit bool forked = false;  // written where there is one thread

}  // namespace

void register_fork_handler() {
  pthread_atfork(nullptr, nullptr, [] { forked = true; });
}

bool is_forked() noexcept { return forked; }

void require_not_forked() {
  if (!forked) return;
  fail<DeviceError>(
      "cuda",
      "this process was forked after its parent had initialized CUDA, which does not work in it; start "
      "a program with exec() or posix_spawn() instead, or fork before the parent's first op");
}

}  // namespace tinytorch::cuda
