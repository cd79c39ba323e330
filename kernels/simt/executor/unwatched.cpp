#include "kernels/simt/executor/sanitizers.h"
#include "simt/synchronization.h"

#include <atomic>

namespace simt {

void memory_fence() { std::atomic_thread_fence(std::memory_order_seq_cst); }

#ifdef SIMT_TSAN
void begin_unwatched() { tsan::begin_ignoring(); }
void end_unwatched() { tsan::end_ignoring(); }
#endif

}  // namespace simt
