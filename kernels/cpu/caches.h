#pragma once

#include <cstdint>

namespace tinytorch::cpu {

/// The sizes of the first processor's data caches [bytes], as the kernel of Linux tells them; elsewhere,
/// those of a small processor. The C library is not asked, as it adds up the last level of all processors of
/// a cloud's machine.
struct CacheSizes {
  std::int64_t l1 = 1 << 15, l2 = 1 << 18, l3 = 1 << 22;
};
const CacheSizes& cache_sizes();

}  // namespace tinytorch::cpu
