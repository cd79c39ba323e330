// The check of indices in passing. Compiled once for each instruction set: see kernels/cpu/targets.h.

#include <algorithm>
#include <atomic>
#include <cstdint>

#include "core/ops/indexing_kernels.h"

#if defined(TINYTORCH_CPU_RANGE_CHECK_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef TINYTORCH_CPU_RANGE_CHECK_INL_H
#undef TINYTORCH_CPU_RANGE_CHECK_INL_H
#else
#define TINYTORCH_CPU_RANGE_CHECK_INL_H
#endif

HWY_BEFORE_NAMESPACE();
namespace tinytorch::cpu::HWY_NAMESPACE {

/// Checks indices just before they are used, so that they are read from memory once. Threads share it.
class RangeCheck {
 public:
  /// So many indices stay in the first level of the cache until they are used.
  static constexpr std::int64_t kBlock = 1024;

  RangeCheck(IndexCheck& check, std::int64_t length)
      : check_(check), last_(static_cast<std::uint64_t>(length) - 1) {}
  ~RangeCheck() { check_.failed = failed_.load(std::memory_order_relaxed); }
  RangeCheck(const RangeCheck&) = delete;
  RangeCheck& operator=(const RangeCheck&) = delete;

  /// True if the n indices are within the axis, or known to be.
  bool operator()(const std::int64_t* index, std::int64_t stride, std::int64_t n) const {
    if (!check_.is_needed || are_within(index, stride, n)) return true;
    failed_.store(true, std::memory_order_relaxed);
    return false;
  }

 private:
  // The highest bit of index | (last - index) is set if the index is negative or beyond the last.
  bool are_within(const std::int64_t* index, std::int64_t stride, std::int64_t n) const {
    std::uint64_t bits = 0;
    const auto add = [&](std::int64_t each) {
      const auto word = static_cast<std::uint64_t>(each);
      bits |= word | (last_ - word);
    };
    if (stride == 1) {
      for (std::int64_t i = 0; i < n; ++i) add(index[i]);
    } else {
      for (std::int64_t i = 0; i < n; ++i) add(index[i * stride]);
    }
    return bits >> 63 == 0;
  }

  IndexCheck& check_;
  std::uint64_t last_;
  mutable std::atomic<bool> failed_{false};
};

}  // namespace tinytorch::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
