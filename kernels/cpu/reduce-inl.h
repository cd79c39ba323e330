// Reductions of many elements to one, compiled once for each instruction set: see kernels/cpu/targets.h.
// The order of a reduction depends on its length alone, so the result has the same bits for any number of
// threads and any instruction set.

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>

#include "core/dtype.h"
#include "kernels/dispatch.h"
#include "kernels/math/comparison.h"
#include "kernels/math/reduction.h"

#if defined(TINYTORCH_CPU_REDUCE_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef TINYTORCH_CPU_REDUCE_INL_H
#undef TINYTORCH_CPU_REDUCE_INL_H
#else
#define TINYTORCH_CPU_REDUCE_INL_H
#endif

HWY_BEFORE_NAMESPACE();
namespace tinytorch::cpu::HWY_NAMESPACE {

template <class T>
struct SumFold {
  using Element = T;
  using Result = math::Accumulator<T>;

  static constexpr Result identity() { return 0; }
  template <class V>
  static HWY_INLINE V combine(V a, V b) {
    return a + b;
  }
};

/// The product.
template <class T>
struct ProductFold : SumFold<T> {
  static constexpr typename SumFold<T>::Result identity() { return 1; }
  template <class V>
  static HWY_INLINE V combine(V a, V b) {
    return a * b;
  }
};

/// The maximum where Order is Greater, the minimum where it is Less; NaN wins. Bools are reduced as bytes.
template <class T, class Order>
struct ExtremeFold {
  using Element = T;
  using Result = T;
  static constexpr bool kMaximum = std::is_same_v<Order, math::Greater>;

  static constexpr Result identity() {
    using Limits = std::numeric_limits<T>;
    if constexpr (Limits::has_infinity) return kMaximum ? -Limits::infinity() : Limits::infinity();
    return kMaximum ? Limits::lowest() : Limits::max();
  }
  template <class V>
  static HWY_INLINE V combine(V a, V b) {
    if constexpr (kMaximum) {
      return ((a > b) | (a != a)) ? a : b;
    } else {
      return ((a < b) | (a != a)) ? a : b;
    }
  }
};

/// What a fold combines for each element: the element itself, 0 where it is NaN, or the square of its
/// distance from a center.
struct Identity {
  template <class V>
  HWY_INLINE V operator()(V x) const {
    return x;
  }
};
struct NanToZero {
  template <class V>
  HWY_INLINE V operator()(V x) const {
    return x == x ? x : V{};
  }
};
struct SquaredDistance {
  double center;

  template <class V>
  HWY_INLINE V operator()(V x) const {
    const V distance = x - center;
    return distance * distance;
  }
};

/// kLanes interleaved partial results of a fold, in vectors of the instruction set.
template <class Fold, class T>
class Lanes {
 public:
  using Result = typename Fold::Result;
  static constexpr std::int64_t kLanes = 16;

  Lanes() {
    for (Vector& vector : vectors_) vector = Vector{} + Fold::identity();
  }

  /// Accumulates kLanes contiguous elements, one in each lane.
  template <class Lift>
  HWY_INLINE void accumulate(const T* x, const Lift& lift) {
    for (std::int64_t i = 0; i < kVectors; ++i) {
      Input input;
      std::memcpy(&input, x + i * kWidth, sizeof(input));
      vectors_[i] = Fold::combine(vectors_[i], lift(__builtin_convertvector(input, Vector)));
    }
  }

  /// Combines the lanes pairwise: lane l with lane l + width, for width = kLanes / 2, ..., 1.
  Result total() const {
    Result lane[kLanes];
    for (std::int64_t l = 0; l < kLanes; ++l) lane[l] = vectors_[l / kWidth][l % kWidth];
    for (std::int64_t width = kLanes / 2; width > 0; width /= 2) {
      for (std::int64_t l = 0; l < width; ++l) lane[l] = Fold::combine(lane[l], lane[l + width]);
    }
    return lane[0];
  }

 private:
  static constexpr std::int64_t kVectorBytes = HWY_MAX_BYTES >= 64 ? 64 : HWY_MAX_BYTES >= 32 ? 32 : 16;
  static constexpr std::int64_t kWidth =
      std::min(kLanes, kVectorBytes / static_cast<std::int64_t>(sizeof(Result)));
  static constexpr std::int64_t kVectors = kLanes / kWidth;
  using Vector [[gnu::vector_size(kWidth * sizeof(Result))]] = Result;
  using Input [[gnu::vector_size(kWidth * sizeof(T))]] = T;

  Vector vectors_[kVectors];
};

/// Folds lift(x) of n elements, in interleaved lanes where there are enough.
template <class Fold, class T = typename Fold::Element, class Lift = Identity>
typename Fold::Result fold_row(const T* x, std::int64_t stride, std::int64_t n, const Lift& lift = {}) {
  using Result = typename Fold::Result;
  constexpr std::int64_t kLanes = Lanes<Fold, T>::kLanes;
  Result total = Fold::identity();
  std::int64_t i = 0;
  if (n >= kLanes) {
    Lanes<Fold, T> lanes;
    if (stride == 1) {
      for (; i + kLanes <= n; i += kLanes) lanes.accumulate(x + i, lift);
    } else {
      T buffer[kLanes];
      for (; i + kLanes <= n; i += kLanes) {
        for (std::int64_t l = 0; l < kLanes; ++l) buffer[l] = x[(i + l) * stride];
        lanes.accumulate(buffer, lift);
      }
    }
    total = lanes.total();
  }
  for (; i < n; ++i) total = Fold::combine(total, lift(static_cast<Result>(x[i * stride])));
  return total;
}

/// The sum of f(0) ... f(n-1), in blocks that stay in the L1 cache.
template <class T, class F>
double blocked_sum(std::int64_t n, const F& f) {
  constexpr std::int64_t kBlock = 1024;
  T values[kBlock];
  double total = 0;
  for (std::int64_t begin = 0; begin < n; begin += kBlock) {
    const std::int64_t length = std::min(kBlock, n - begin);
    INDEPENDENT
    for (std::int64_t i = 0; i < length; ++i) values[i] = f(begin + i);
    total += fold_row<SumFold<T>>(values, 1, length);
  }
  return total;
}

}  // namespace tinytorch::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
