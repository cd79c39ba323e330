#pragma once

#ifdef _OPENMP
#include <omp.h>
#endif

#include <algorithm>
#include <cstdint>

namespace tinytorch::cpu {

/// The fewest elements that are worth a thread of their own where an element costs about a nanosecond or
/// less. Waking a sleeping thread takes some 50 microseconds.
inline constexpr std::int64_t kCheapGrain = 1 << 17;
/// The same where an element costs some nanoseconds: it is read several times, or exp() is computed for it.
inline constexpr std::int64_t kMediumGrain = kCheapGrain / 4;
/// The same where an element calls a function of the C library, some 10 nanoseconds.
inline constexpr std::int64_t kCostlyGrain = 1 << 12;
/// The same in multiplications of a matrix product or convolution.
inline constexpr std::int64_t kProductGrain = 1 << 20;

/// Calls f(begin, end) for consecutive chunks that cover [0, n), each on a thread of its own and not much
/// smaller than `grain`. Runs on the calling thread alone where that gives one chunk, or inside another
/// parallel_for(). f must not throw, and its result must not depend on where the chunks begin.
template <class F>
void parallel_for(std::int64_t n, std::int64_t grain, const F& f) {
#ifdef _OPENMP
  if (n > grain && !omp_in_parallel()) {
    const auto chunks = std::min<std::int64_t>(omp_get_max_threads(), (n + grain - 1) / grain);
#pragma omp parallel num_threads(static_cast <int>(chunks)) if (chunks > 1)
    {
      const std::int64_t threads = omp_get_num_threads(), thread = omp_get_thread_num();
      f(n * thread / threads, n * (thread + 1) / threads);
    }
    return;
  }
#else
  static_cast<void>(grain);
#endif
  if (n > 0) f(std::int64_t{0}, n);
}

/// The largest number of threads that parallel_for() uses.
inline std::int64_t max_threads() {
#ifdef _OPENMP
  return omp_in_parallel() ? 1 : omp_get_max_threads();
#else
  return 1;
#endif
}

/// Within its scope, parallel_for() and the libraries that this thread calls use this thread only: for many
/// small products, each of which would wake other threads and wait for them.
class SingleThreadScope {
 public:
#ifdef _OPENMP
  SingleThreadScope() : previous_(omp_get_max_threads()) { omp_set_num_threads(1); }
  ~SingleThreadScope() { omp_set_num_threads(previous_); }
  SingleThreadScope(const SingleThreadScope&) = delete;
  SingleThreadScope& operator=(const SingleThreadScope&) = delete;

 private:
  int previous_;
#endif
};

}  // namespace tinytorch::cpu
