// Batches of Philox blocks, compiled once for each instruction set: see kernels/cpu/targets.h.

#include <algorithm>
#include <cstdint>
#include <type_traits>

#include "core/random.h"
#include "kernels/cpu/vector-inl.h"
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

/// The random bits of a batch, block by block: two times 64 bits of each.
struct PhiloxBatch {
  std::uint64_t bits[2 * kPhiloxBatch];
};

/// Ten rounds of the blocks that begin at `number`, as math::philox(), on words that are the low halves of
/// the elements; the high halves are anything.
/// @tparam Words  a Vector of 64-bit integers
template <class Words>
HWY_INLINE void generate_vector(std::uint64_t seed, Words number, std::uint64_t* bits) {
  const Words multiplier0(0xD2511F53u), multiplier1(0xCD9E8D57u), low(0xffffffffu);
  Words c0 = number, c1 = shift_right<32>(number), c2(0u), c3(0u);
  auto k0 = static_cast<std::uint32_t>(seed), k1 = static_cast<std::uint32_t>(seed >> 32);
  UNROLL_TEN
  for (int round = 0; round < 10; ++round) {
    const Words p0 = multiply_low_halves(multiplier0, c0), p1 = multiply_low_halves(multiplier1, c2);
    c0 = shift_right<32>(p1) ^ c1 ^ Words(k0);
    c1 = p1;
    c2 = shift_right<32>(p0) ^ c3 ^ Words(k1);
    c3 = p0;
    k0 += 0x9E3779B9;
    k1 += 0xBB67AE85;
  }
  const Words first = shift_left<32>(c1) | (c0 & low), second = shift_left<32>(c3) | (c2 & low);
  hn::StoreInterleaved2(first.value, second.value, typename Words::Tag(), bits);
}

template <class Words = Position<std::uint64_t>::V>
void generate_batch(const RandomStream& stream, std::uint64_t first, PhiloxBatch& batch) {
  if constexpr (std::is_same_v<Words, std::uint64_t>) {
    for (std::uint64_t i = 0; i < kPhiloxBatch; ++i) {
      const math::PhiloxBlock block = math::philox(stream.seed, stream.offset + first + i);
      batch.bits[2 * i] = block.pair(0);
      batch.bits[2 * i + 1] = block.pair(1);
    }
  } else {
    const Words iota = hn::Iota(typename Words::Tag(), 0);
    for (std::uint64_t i = 0; i < kPhiloxBatch; i += static_cast<std::uint64_t>(Words::kLanes))
      generate_vector(stream.seed, Words(stream.offset + first + i) + iota, batch.bits + 2 * i);
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
