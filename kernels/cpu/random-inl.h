// Philox blocks in groups, compiled once for each instruction set: see kernels/cpu/targets.h.

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

/// A Philox block and what follows from it, some nanoseconds for each element.
inline constexpr std::int64_t kRandomGrain = 1 << 14;

/// Philox blocks are made in groups, word by word, so that the rounds vectorise.
inline constexpr std::int64_t kGroup = 64;

struct Group {
  std::uint32_t word[4][kGroup];

  /// Two words of each block as one number; half is 0 or 1.
  std::uint64_t pair(int half, std::int64_t i) const {
    return static_cast<std::uint64_t>(word[2 * half + 1][i]) << 32 | word[2 * half][i];
  }
};

inline void make_group(const RandomStream& stream, std::uint64_t first, Group& group) {
  for (std::int64_t i = 0; i < kGroup; ++i) {
    const math::PhiloxBlock block =
        math::philox(stream.seed, stream.offset + first + static_cast<std::uint64_t>(i));
    for (int w = 0; w < 4; ++w) group.word[w][i] = block.word[w];
  }
}

/// Calls f(group, skip, at, n) for the groups behind elements [begin, end), where a block gives `per_block`:
/// the n numbers of the group after the first `skip` belong to elements at, at + 1, ...
template <class F>
void for_each_group(const RandomStream& stream, std::int64_t per_block, std::int64_t begin, std::int64_t end,
                    const F& f) {
  Group group;
  while (begin < end) {
    const std::int64_t block = begin / per_block, skip = begin % per_block;
    make_group(stream, static_cast<std::uint64_t>(block), group);
    const std::int64_t n = std::min(end - begin, kGroup * per_block - skip);
    f(group, skip, begin, n);
    begin += n;
  }
}

}  // namespace tinytorch::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
