// Reductions of many elements to one, compiled once for each instruction set: see kernels/cpu/targets.h.
// The order of a reduction depends on its length and on whether its elements are contiguous, so the result
// has the same bits for any number of threads and any instruction set.

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>

#include "core/dtype.h"
#include "kernels/cpu/elementwise-inl.h"
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

/// What a fold combines for each element: the element itself, 0 where it is NaN, its magnitude, or the square
/// of its distance from a center.
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
struct Magnitude {
  template <class V>
  HWY_INLINE V operator()(V x) const {
    using math::abs;
    return abs(x);
  }
};
template <class Center>  // double, or a Vector of it for as many elements
struct SquaredDistance {
  Center center;

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

/// The number of elements of a Vector; 1 of a scalar.
template <class Part>
constexpr std::size_t lanes_of() {
  if constexpr (std::is_arithmetic_v<Part>) {
    return 1;
  } else {
    return Part::kLanes;
  }
}

/// Combines the lanes of parts pairwise: lane l with lane l + width, for width = half of them, ..., 1.
template <class Fold, class Part, std::size_t kParts>
HWY_INLINE typename Fold::Result combine_lanes(const Part (&parts)[kParts]) {
  using Result = typename Fold::Result;
  constexpr std::size_t kWidth = lanes_of<Part>(), kLanes = kParts * kWidth;
  Result lane[kLanes];
  for (std::size_t i = 0; i < kParts; ++i) {
    if constexpr (std::is_same_v<Part, Result>) {
      lane[i] = parts[i];
    } else {
      parts[i].store(lane + i * kWidth);
    }
  }
  for (std::size_t width = kLanes / 2; width > 0; width /= 2) {
    for (std::size_t l = 0; l < width; ++l) lane[l] = Fold::combine(lane[l], lane[l + width]);
  }
  return lane[0];
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

  /// The fold of all lanes.
  HWY_INLINE Result total() const { return combine_lanes<Fold>(parts_); }

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
  constexpr std::int64_t kLanes = Lanes<Fold, T>::kLanes, kStreams = 4, kMany = 1 << 16;
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

/// The sum of op(x...) of n elements, which are also written to `results`, unless it is null. They are
/// computed in blocks that stay in the L1 cache.
template <class Op, class T, class... X>
double map_and_sum(const Op& op, std::int64_t n, T* results, const X*... x) {
  constexpr std::int64_t kBlock = 1024;
  T buffer[kBlock];
  double sum = 0;
  for (std::int64_t begin = 0; begin < n; begin += kBlock) {
    const std::int64_t length = std::min(kBlock, n - begin);
    T* block = results != nullptr ? results + begin : buffer;
    map(op, length, block, (x + begin)...);
    sum += fold_row<SumFold<T>>(block, 1, length);
  }
  return sum;
}

/// 64 / sizeof(T) sums in f64, to which whole Vectors of T are added.
template <class T>
class TermSums {
 public:
  static constexpr std::int64_t kLanes = 64 / sizeof(T);

  TermSums() {
    for (Part& part : parts_) part = Part(0.0);
  }

  /// Adds values to the lanes from first_lane on.
  HWY_INLINE void add(std::int64_t first_lane, typename Position<T>::V values) {
    Part* const parts = parts_ + first_lane / kWidth;
    if constexpr (!kHasVectors || std::is_same_v<T, double>) {
      *parts = *parts + Part(values);
    } else {
      parts[0] += first_half_as_f64(values);
      parts[1] += second_half_as_f64(values);
    }
  }
  HWY_INLINE double total() const { return combine_lanes<SumFold<double>>(parts_); }

 private:
  using Part = std::conditional_t<kHasVectors, Vector<double>, double>;
  static constexpr std::int64_t kWidth = kHasVectors ? HWY_LANES(double) : 1;

  Part parts_[kLanes / kWidth];
};

/// The sums over n elements of the kSums terms that terms(Position) gives, 0 beyond the end.
template <std::size_t kSums, class T, class Terms>
HWY_INLINE std::array<double, kSums> sum_terms(std::int64_t n, const Terms& terms) {
  constexpr std::int64_t kWidth = Position<T>::kWidth, kLanes = TermSums<T>::kLanes;
  TermSums<T> sums[kSums];
  const auto add = [&](std::int64_t lane, const Position<T>& at) HWY_ATTR {
    const auto values = terms(at);
    for (std::size_t s = 0; s < kSums; ++s) sums[s].add(lane, values[s]);
  };
  std::int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    for (std::int64_t lane = 0; lane < kLanes; lane += kWidth) add(lane, {i + lane, kWidth});
  }
  for (std::int64_t lane = 0; i < n; lane += kWidth, i += kWidth) add(lane, {i, n - i});
  std::array<double, kSums> totals;
  for (std::size_t s = 0; s < kSums; ++s) totals[s] = sums[s].total();
  return totals;
}

/// The sums of x - origin and of its squares over n contiguous elements, in f64.
template <class T>
HWY_INLINE std::array<double, 2> sum_distances(const T* x, std::int64_t n, double origin) {
  constexpr bool kVectors = is_read_as_vector<T, double>;
  using V = std::conditional_t<kVectors, Vector<double>, double>;
  constexpr std::int64_t kLanes = 16, kWidth = kVectors ? HWY_LANES(double) : 1, kParts = kLanes / kWidth;
  using math::fma;
  V sums[kParts], squares[kParts];
  for (std::int64_t p = 0; p < kParts; ++p) sums[p] = squares[p] = V(0.0);
  std::int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    for (std::int64_t p = 0; p < kParts; ++p) {
      V element;
      if constexpr (kVectors) {
        element = load_as<double>(x + i + p * kWidth);
      } else {
        element = static_cast<double>(x[i + p]);
      }
      const V distance = element - V(origin);
      sums[p] = sums[p] + distance;
      squares[p] = fma(distance, distance, squares[p]);
    }
  }
  std::array<double, 2> totals{combine_lanes<SumFold<double>>(sums), combine_lanes<SumFold<double>>(squares)};
  for (; i < n; ++i) {
    const double distance = static_cast<double>(x[i]) - origin;
    totals[0] += distance;
    totals[1] = math::fma(distance, distance, totals[1]);
  }
  return totals;
}

}  // namespace tinytorch::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
