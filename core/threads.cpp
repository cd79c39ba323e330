#include "core/threads.h"

#ifdef _OPENMP
#include <omp.h>
#endif

#include "core/internal/format.h"

namespace tinytorch {

int num_threads() {
#ifdef _OPENMP
  return omp_get_max_threads();
#else
  return 1;
#endif
}

void set_num_threads([[maybe_unused]] int threads) {
  if (threads < 1) fail<ValueError>("set_num_threads", "threads is {}; it must be at least 1", threads);
#ifdef _OPENMP
  omp_set_num_threads(threads);
#endif
}

}  // namespace tinytorch
