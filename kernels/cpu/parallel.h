#pragma once

#ifdef _OPENMP
#include <omp.h>
#endif

#include <algorithm>
#include <cstdint>

namespace tinytorch::cpu {

/// Elements of cheap elementwise work (about a nanosecond each or less) that are worth a thread of their own;
/// waking a sleeping one takes some 50 microseconds.
inline constexpr std::int64_t kCheapGrain = 1 << 17;
/// The same for work of which an element costs some nanoseconds, as it is read several times or takes exp().
inline constexpr std::int64_t kMediumGrain = kCheapGrain / 4;
/// The same for work that calls the C library's functions, some 10 nanoseconds each.
inline constexpr std::int64_t kCostlyGrain = 1 << 12;
/// The same for multiplications of matrix products and convolutions.
inline constexpr std::int64_t kProductGrain = 1 << 20;

/// Calls f(begin, end) for consecutive parts that make up [0, count), each on a thread of its own and not
/// much smaller than `grain`; on the calling thread alone where that makes one part, or inside another
/// parallel_for. f does not throw, and what it computes must not depend on where the parts begin.
template <class F>
void parallel_for(std::int64_t count, std::int64_t grain, const F& f) {
#ifdef _OPENMP
  if (count > grain && !omp_in_parallel()) {
    const auto parts = std::min<std::int64_t>(omp_get_max_threads(), (count + grain - 1) / grain);
#pragma omp parallel num_threads(static_cast <int>(parts)) if (parts > 1)
    {
      const std::int64_t threads = omp_get_num_threads(), me = omp_get_thread_num();
      f(count * me / threads, count * (me + 1) / threads);
    }
    return;
  }
#else
  static_cast<void>(grain);
#endif
  if (count > 0) f(std::int64_t{0}, count);
}

/// How many threads parallel_for() has at most.
inline std::int64_t most_threads() {
#ifdef _OPENMP
  return omp_in_parallel() ? 1 : omp_get_max_threads();
#else
  return 1;
#endif
}

/// While it lives, neither parallel_for() nor a library that this thread calls takes further threads: for
/// many small products, each of which would wake and wait for them.
class OneThread {
 public:
#ifdef _OPENMP
  OneThread() : before_(omp_get_max_threads()) { omp_set_num_threads(1); }
  ~OneThread() { omp_set_num_threads(before_); }
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;

 private:
  int before_;
#endif
};

}  // namespace tinytorch::cpu
