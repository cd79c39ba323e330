#include "kernels/simt/executor/sanitizers.h"
#include "simt/synchronization.h"

#include <atomic>

namespace simt {

void memory_fence() { std::atomic_thread_fence(std::memory_order_seq_cst); }

#if defined(SIMT_TSAN) || defined(SIMT_COUNTERS)  // for kernels compiled with -fsanitize=thread
void begin_ignored_by_tsan() { tsan::begin_ignoring(); }
void end_ignored_by_tsan() { tsan::end_ignoring(); }
#endif

}  // namespace simt
