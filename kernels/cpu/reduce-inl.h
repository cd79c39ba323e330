// Reductions of many elements to one, compiled once for each instruction set: see kernels/cpu/targets.h.
// The order of a reduction depends on its length and on whether its elements are contiguous, so the result
// has the same bits for any number of threads and any instruction set.

#include <algorithm>
#include <cstdint>
#include <limits>

#include "core/dtype.h"
#include "kernels/cpu/vector-inl.h"
#include "kernels/dispatch.h"
#include "kernels/math/comparison.h"
#include "kernels/math/reduction.h"
#include "kernels/math/scalar-inl.h"

#if defined(TINYTORCH_CPU_REDUCE_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef TINYTORCH_CPU_REDUCE_INL_H
#undef TINYTORCH_CPU_REDUCE_INL_H
#else
#define TINYTORCH_CPU_REDUCE_INL_H
#endif

HWY_BEFORE_NAMESPACE();
namespace tinytorch::cpu::HWY_NAMESPACE {

/// A fold combines elements, converted to Result, in any order: for scalars, and for Vectors of Result.
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
    using math::select;
    if constexpr (kMaximum) {
      return select((a > b) | (a != a), a, b);
    } else {
      return select((a < b) | (a != a), a, b);
    }
  }
};

/// What a fold combines for each element: the element itself, 0 where it is NaN, or the square of its
/// distance from a center.
struct Itself {
  template <class V>
  HWY_INLINE V operator()(V x) const {
    return x;
  }
};
struct NanToZero {
  template <class V>
  HWY_INLINE V operator()(V x) const {
    using math::select;
    return select(x == x, x, V(0));
  }
};
struct SquaredDistance {
  double center;

  template <class V>
  HWY_INLINE V operator()(V x) const {
    const V distance = x - V(center);
    return distance * distance;
  }
};

/// Elements are read as Vectors of Result where there are such, and both types are floating.
template <class T, class Result>
inline constexpr bool is_read_as_vector =
    kHasVectors&& std::is_floating_point_v<T>&& std::is_floating_point_v<Result>;

template <class Result, class T>
HWY_INLINE Vector<Result> load_as(const T* x) {
  if constexpr (std::is_same_v<T, Result>) {
    return Vector<Result>::load(x);
  } else {
    const typename Vector<Result>::Tag tag;
    return hn::PromoteTo(tag, hn::LoadU(hn::Rebind<T, decltype(tag)>(), x));
  }
}

/// kLanes interleaved partial results of a fold: the same number for every instruction set.
template <class Fold, class T>
class Lanes {
 public:
  using Result = typename Fold::Result;
  static constexpr std::int64_t kLanes = 64 / sizeof(Result);

  Lanes() {
    for (Part& part : parts_) part = Part(Fold::identity());
  }

  /// Accumulates kLanes contiguous elements, one in each lane.
  template <class Lift>
  HWY_INLINE void accumulate(const T* x, const Lift& lift) {
    for (std::int64_t i = 0; i < kParts; ++i) {
      if constexpr (kVectors) {
        parts_[i] = Fold::combine(parts_[i], lift(load_as<Result>(x + i * kWidth)));
      } else {
        parts_[i] = Fold::combine(parts_[i], lift(static_cast<Result>(x[i])));
      }
    }
  }
  /// Combines each lane with that of others.
  HWY_INLINE void combine(const Lanes& others) {
    for (std::int64_t i = 0; i < kParts; ++i) parts_[i] = Fold::combine(parts_[i], others.parts_[i]);
  }

  /// Combines the lanes pairwise: lane l with lane l + width, for width = kLanes / 2, ..., 1.
  Result total() const {
    Result lane[kLanes];
    for (std::int64_t i = 0; i < kParts; ++i) {
      if constexpr (kVectors) {
        parts_[i].store(lane + i * kWidth);
      } else {
        lane[i] = parts_[i];
      }
    }
    for (std::int64_t width = kLanes / 2; width > 0; width /= 2) {
      for (std::int64_t l = 0; l < width; ++l) lane[l] = Fold::combine(lane[l], lane[l + width]);
    }
    return lane[0];
  }

 private:
  static constexpr bool kVectors = is_read_as_vector<T, Result>;
  using Part = std::conditional_t<kVectors, Vector<Result>, Result>;
  static constexpr std::int64_t kWidth = kVectors ? HWY_LANES(Result) : 1;
  static constexpr std::int64_t kParts = kLanes / kWidth;

  Part parts_[kParts];
};

/// Accumulates the first elements in rounds of several lanes. Of many, these are read at four distant
/// positions at once, because a single stream of reads does not reach the bandwidth of the memory.
/// @return  how many were accumulated
template <class Fold, class T, class Lift>
HWY_INLINE std::int64_t accumulate_rounds(const T* x, std::int64_t n, const Lift& lift,
                                          Lanes<Fold, T>& lanes) {
  constexpr std::int64_t kLanes = Lanes<Fold, T>::kLanes, kStreams = 4, kMany = 1 << 15;
  const std::int64_t rounds = n / (kStreams * kLanes);
  if (rounds == 0) return 0;
  const std::int64_t distance = n < kMany ? kLanes : rounds * kLanes,
                     step = n < kMany ? kStreams * kLanes : kLanes;
  Lanes<Fold, T> streams[kStreams];
  for (std::int64_t i = 0; i < rounds; ++i) {
    for (std::int64_t s = 0; s < kStreams; ++s) streams[s].accumulate(x + i * step + s * distance, lift);
  }
  streams[0].combine(streams[1]);
  streams[2].combine(streams[3]);
  streams[0].combine(streams[2]);
  lanes = streams[0];
  return rounds * kStreams * kLanes;
}

/// Folds lift(x) of n contiguous elements.
template <class Fold, class T, class Lift>
HWY_INLINE typename Fold::Result fold_contiguous(const T* x, std::int64_t n, const Lift& lift) {
  constexpr std::int64_t kLanes = Lanes<Fold, T>::kLanes;
  typename Fold::Result total = Fold::identity();
  std::int64_t i = 0;
  if (n >= kLanes) {
    Lanes<Fold, T> lanes;
    i = accumulate_rounds(x, n, lift, lanes);
    for (; i + kLanes <= n; i += kLanes) lanes.accumulate(x + i, lift);
    total = lanes.total();
  }
  for (; i < n; ++i) total = Fold::combine(total, lift(static_cast<typename Fold::Result>(x[i])));
  return total;
}

/// Folds lift(x) of n elements.
template <class Fold, class T = typename Fold::Element, class Lift = Itself>
typename Fold::Result fold_row(const T* x, std::int64_t stride, std::int64_t n, const Lift& lift = {}) {
  using Result = typename Fold::Result;
  if (stride == 1) return fold_contiguous<Fold>(x, n, lift);
  constexpr std::int64_t kBlock = 1024;
  T block[kBlock];
  Result total = Fold::identity();
  for (std::int64_t begin = 0; begin < n; begin += kBlock) {
    const std::int64_t length = std::min(kBlock, n - begin);
    for (std::int64_t i = 0; i < length; ++i) block[i] = x[(begin + i) * stride];
    total = Fold::combine(total, fold_contiguous<Fold>(block, length, lift));
  }
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
