// Folding many elements into one, compiled once for each instruction set: see kernels/cpu/targets.h.
// All orders are fixed by the lengths alone, so that the result's bits do not depend on threads or
// instruction sets.

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>

#include "core/dtype.h"
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

/// dispatch() with bools as bytes, which unlike bool can stand in vectors.
template <class F>
void dispatch_bytes(DType dtype, const F& f) {
  if (dtype == DType::boolean) return f.template operator()<std::uint8_t>();
  dispatch<NumericTypes>(dtype, f);
}

template <class T>
struct SumFold {
  using Element = T;
  using Result = math::Carried<T>;

  static constexpr Result identity() { return 0; }
  template <class V>
  static HWY_INLINE V combine(V a, V b) {
    return a + b;
  }
};

/// As the sum, multiplied.
template <class T>
struct ProductFold : SumFold<T> {
  static constexpr typename SumFold<T>::Result identity() { return 1; }
  template <class V>
  static HWY_INLINE V combine(V a, V b) {
    return a * b;
  }
};

/// Order is Greater for the maximum, Less for the minimum; NaN wins. Of bools, as bytes.
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

/// kLanes interleaved parts of a fold, in vectors of the instruction set.
template <class Fold, class T>
class Lanes {
 public:
  using Result = typename Fold::Result;
  static constexpr std::int64_t kLanes = 16;

  Lanes() {
    for (Vector& part : parts_) part = Vector{} + Fold::identity();
  }

  /// Folds in kLanes elements without gaps.
  HWY_INLINE void take(const T* x) {
    for (std::int64_t i = 0; i < kParts; ++i) {
      Input input;
      std::memcpy(&input, x + i * kWidth, sizeof(input));
      parts_[i] = Fold::combine(parts_[i], __builtin_convertvector(input, Vector));
    }
  }

  /// All lanes in one: neighbours at half the distance each time.
  Result total() const {
    Result lane[kLanes];
    for (std::int64_t l = 0; l < kLanes; ++l) lane[l] = parts_[l / kWidth][l % kWidth];
    for (std::int64_t width = kLanes / 2; width > 0; width /= 2) {
      for (std::int64_t l = 0; l < width; ++l) lane[l] = Fold::combine(lane[l], lane[l + width]);
    }
    return lane[0];
  }

 private:
  static constexpr std::int64_t kVectorBytes = HWY_MAX_BYTES >= 64 ? 64 : HWY_MAX_BYTES >= 32 ? 32 : 16;
  static constexpr std::int64_t kWidth =
      std::min(kLanes, kVectorBytes / static_cast<std::int64_t>(sizeof(Result)));
  static constexpr std::int64_t kParts = kLanes / kWidth;
  using Vector [[gnu::vector_size(kWidth * sizeof(Result))]] = Result;
  using Input [[gnu::vector_size(kWidth * sizeof(T))]] = T;

  Vector parts_[kParts];
};

/// Folds n elements that lie `step` apart, in interleaved parts where there are enough.
template <class Fold, class T = typename Fold::Element>
typename Fold::Result fold_row(const T* x, std::int64_t step, std::int64_t n) {
  using Result = typename Fold::Result;
  constexpr std::int64_t kLanes = Lanes<Fold, T>::kLanes;
  Result total = Fold::identity();
  std::int64_t i = 0;
  if (n >= kLanes) {
    Lanes<Fold, T> lanes;
    if (step == 1) {
      for (; i + kLanes <= n; i += kLanes) lanes.take(x + i);
    } else {
      T line[kLanes];
      for (; i + kLanes <= n; i += kLanes) {
        for (std::int64_t l = 0; l < kLanes; ++l) line[l] = x[(i + l) * step];
        lanes.take(line);
      }
    }
    total = lanes.total();
  }
  for (; i < n; ++i) total = Fold::combine(total, static_cast<Result>(x[i * step]));
  return total;
}

/// The sum of f(0) ... f(n-1), in blocks that stay in the first cache.
template <class T, class F>
double sum_of(std::int64_t n, const F& f) {
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
