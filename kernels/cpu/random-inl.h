// Batches of Philox blocks, compiled once for each instruction set: see kernels/cpu/targets.h.

#include <algorithm>
#include <cstdint>

#include "core/random.h"
#include "kernels/math/random.h"

#if defined(TINYTORCH_CPU_RANDOM_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef TINYTORCH_CPU_RANDOM_INL_H
#undef TINYTORCH_CPU_RANDOM_INL_H
#else
#define TINYTORCH_CPU_RANDOM_INL_H
#endif

HWY_BEFORE_NAMESPACE();
namespace tinytorch::cpu::HWY_NAMESPACE {

/// The grain of random kernels: an element costs some nanoseconds, its Philox block and the rest.
inline constexpr std::int64_t kRandomGrain = 1 << 14;

/// The number of Philox blocks in a batch. A batch is generated together and stored word by word, so that the
/// rounds vectorize.
inline constexpr std::int64_t kPhiloxBatch = 64;

struct PhiloxBatch {
  std::uint32_t word[4][kPhiloxBatch];

  /// Two words of block i as a 64-bit integer; half is 0 or 1.
  std::uint64_t pair(int half, std::int64_t i) const {
    return static_cast<std::uint64_t>(word[2 * half + 1][i]) << 32 | word[2 * half][i];
  }
};

inline void generate_batch(const RandomStream& stream, std::uint64_t first, PhiloxBatch& batch) {
  for (std::int64_t i = 0; i < kPhiloxBatch; ++i) {
    const math::PhiloxBlock block =
        math::philox(stream.seed, stream.offset + first + static_cast<std::uint64_t>(i));
    for (int w = 0; w < 4; ++w) batch.word[w][i] = block.word[w];
  }
}

/// Calls f(batch, skip, first, n) for the batches that cover elements [begin, end), where a block gives
/// `per_block` elements: after the first `skip` values of a batch, the next n belong to elements first, first
/// + 1, ...
template <class F>
void for_each_philox_batch(const RandomStream& stream, std::int64_t per_block, std::int64_t begin,
                           std::int64_t end, const F& f) {
  PhiloxBatch batch;
  while (begin < end) {
    const std::int64_t block = begin / per_block, skip = begin % per_block;
    generate_batch(stream, static_cast<std::uint64_t>(block), batch);
    const std::int64_t n = std::min(end - begin, kPhiloxBatch * per_block - skip);
    f(batch, skip, begin, n);
    begin += n;
  }
}

}  // namespace tinytorch::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
