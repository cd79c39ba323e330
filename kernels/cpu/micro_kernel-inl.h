// The innermost loops of matrix products, compiled once for each instruction set: see kernels/cpu/targets.h.

#include <algorithm>
#include <array>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "kernels/cpu/vector-inl.h"
#include "kernels/math/arithmetic-inl.h"
#include "kernels/product.h"

#if defined(TINYTORCH_CPU_MICRO_KERNEL_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef TINYTORCH_CPU_MICRO_KERNEL_INL_H
#undef TINYTORCH_CPU_MICRO_KERNEL_INL_H
#else
#define TINYTORCH_CPU_MICRO_KERNEL_INL_H
#endif

/// Follows the parameters of a lambda that uses vectors. It must be inlined, so that arrays that it captures
/// can be registers.
#undef INLINE_LAMBDA
#define INLINE_LAMBDA HWY_ATTR __attribute__((always_inline))

HWY_BEFORE_NAMESPACE();
namespace tinytorch::cpu::HWY_NAMESPACE {

inline std::int64_t ceil_div(std::int64_t n, std::int64_t divisor) { return (n + divisor - 1) / divisor; }
inline std::int64_t round_up(std::int64_t n, std::int64_t multiple) {
  return ceil_div(n, multiple) * multiple;
}

/// What Vector is where there are none, and for integers, which wrap around: loops that the compiler may
/// vectorize.
template <class T>
struct ScalarLanes {
  static constexpr std::int64_t kBytes = HWY_MAX_BYTES >= 64 ? 64 : HWY_MAX_BYTES >= 32 ? 32 : 16;
  static constexpr std::int64_t kLanes = kBytes / static_cast<std::int64_t>(sizeof(T));

  ScalarLanes() = default;
  HWY_INLINE explicit ScalarLanes(T x) {
    for (T& lane : lanes) lane = x;
  }
  static HWY_INLINE ScalarLanes load(const T* x) {
    ScalarLanes result;
    for (std::int64_t i = 0; i < kLanes; ++i) result.lanes[i] = x[i];
    return result;
  }
  HWY_INLINE void store(T* y) const {
    for (std::int64_t i = 0; i < kLanes; ++i) y[i] = lanes[i];
  }
  friend HWY_INLINE ScalarLanes operator+(const ScalarLanes& a, const ScalarLanes& b) {
    ScalarLanes sum;
    for (std::int64_t i = 0; i < kLanes; ++i) sum.lanes[i] = math::Add{}(a.lanes[i], b.lanes[i]);
    return sum;
  }

  T lanes[kLanes];
};

template <class T>
HWY_INLINE ScalarLanes<T> fma(const ScalarLanes<T>& a, const ScalarLanes<T>& b, const ScalarLanes<T>& c) {
  ScalarLanes<T> sum;
  for (std::int64_t i = 0; i < ScalarLanes<T>::kLanes; ++i)
    sum.lanes[i] = math::Add{}(c.lanes[i], math::Mul{}(a.lanes[i], b.lanes[i]));
  return sum;
}

/// The type of the sums of products.
template <class T>
using ProductVector =
    std::conditional_t<kHasVectors && std::is_floating_point_v<T>, Vector<T>, ScalarLanes<T>>;

/// The largest tile of sums that fits in the registers, with a row of b and an element of a: AVX-512 and NEON
/// have 32, AVX2 has 16.
template <class T>
struct MaxTile {
  static constexpr bool kIsVector = std::is_same_v<ProductVector<T>, Vector<T>>;
  static constexpr std::int64_t kRows = !kIsVector ? 4 : HWY_MAX_BYTES >= 64 ? 14 : 6;
  static constexpr std::int64_t kVectors = kIsVector && HWY_MAX_BYTES < 32 ? 4 : 2;
  static constexpr std::int64_t kColumns = kVectors * ProductVector<T>::kLanes;
};

/// y = a b or y += a b for a tile y, whose size the function implies. Columns of b are neighbours.
template <class T>
struct TileProduct {
  std::int64_t k, chain;
  const T* a;
  std::int64_t a_row_stride, a_column_stride;
  const T* b;
  std::int64_t b_row_stride;
  T* y;
  std::int64_t y_row_stride;
  bool accumulate;
  bool prefetch;  // y, which is in no near cache
};

/// Calls f(0), ... f(n - 1) with constants, so that arrays that they index can be registers.
template <std::int64_t n, class F>
HWY_INLINE void unrolled(const F& f) {
  [&]<std::int64_t... i>(std::integer_sequence<std::int64_t, i...>) INLINE_LAMBDA {
    (f(std::integral_constant<std::int64_t, i>{}), ...);
  }
  (std::make_integer_sequence<std::int64_t, n>{});
}

/// The sums of a tile, in registers.
template <class T, std::int64_t kRows, std::int64_t kVectors>
class TileSums {
 public:
  HWY_INLINE void clear() {
    unrolled<kRows>([&](auto i) INLINE_LAMBDA {
      unrolled<kVectors>([&](auto v) INLINE_LAMBDA { sums_[i][v] = ProductVector<T>(T(0)); });
    });
  }

  /// Adds the products of n columns of a and n rows of b.
  HWY_INLINE void add(const T* a, std::int64_t a_row_stride, std::int64_t a_column_stride, const T* b,
                      std::int64_t b_row_stride, std::int64_t n) {
    // Addresses with few registers: a pointer to every third row, and strides from there.
    constexpr std::int64_t kGroups = (kRows + 2) / 3;
    const T* rows[kGroups];
    for (std::int64_t group = 0; group < kGroups; ++group) rows[group] = a + 3 * group * a_row_stride;
    for (std::int64_t l = 0; l < n; ++l, b += b_row_stride) {
      ProductVector<T> row[kVectors];
      unrolled<kVectors>(
          [&](auto v) INLINE_LAMBDA { row[v] = ProductVector<T>::load(b + v * ProductVector<T>::kLanes); });
      unrolled<kRows>([&](auto i) INLINE_LAMBDA {
        const ProductVector<T> factor(rows[i / 3][i % 3 * a_row_stride]);
        unrolled<kVectors>([&](auto v) INLINE_LAMBDA { sums_[i][v] = fma(factor, row[v], sums_[i][v]); });
      });
      unrolled<kGroups>([&](auto group) INLINE_LAMBDA { rows[group] += a_column_stride; });
    }
  }

  /// Writes the sums, added to `from` if that is not null.
  HWY_INLINE void write(const T* from, std::int64_t from_row_stride, T* to,
                        std::int64_t to_row_stride) const {
    unrolled<kRows>([&](auto i) INLINE_LAMBDA {
      unrolled<kVectors>([&](auto v) INLINE_LAMBDA {
        constexpr std::int64_t kColumn = v * ProductVector<T>::kLanes;
        const ProductVector<T> sum = sums_[i][v];
        const ProductVector<T> total =
            from == nullptr ? sum : ProductVector<T>::load(from + i * from_row_stride + kColumn) + sum;
        total.store(to + i * to_row_stride + kColumn);
      });
    });
  }

 private:
  ProductVector<T> sums_[kRows][kVectors];
};

/// Adds p.chain terms one after another, and such sums in their order: so the bits depend neither on the tile
/// nor on how k is divided at multiples of p.chain.
template <class T, std::int64_t kRows, std::int64_t kVectors>
void micro_kernel(const TileProduct<T>& p) {
  alignas(64) T totals[kRows * kVectors * ProductVector<T>::kLanes];
  constexpr std::int64_t kTotalsStride = kVectors * ProductVector<T>::kLanes;
  if (p.prefetch) {
    unrolled<kRows>([&](auto i) INLINE_LAMBDA {
      unrolled<kVectors>([&](auto v) INLINE_LAMBDA {
        hwy::Prefetch(p.y + i * p.y_row_stride + v * ProductVector<T>::kLanes);
      });
    });
  }
  const T* from = p.accumulate ? p.y : nullptr;
  std::int64_t from_row_stride = p.y_row_stride;
  for (std::int64_t l = 0; l < p.k; l += p.chain) {
    const std::int64_t n = std::min(p.chain, p.k - l);
    TileSums<T, kRows, kVectors> sums;
    sums.clear();
    sums.add(p.a + l * p.a_column_stride, p.a_row_stride, p.a_column_stride, p.b + l * p.b_row_stride,
             p.b_row_stride, n);
    const bool is_last = l + n == p.k;
    sums.write(from, from_row_stride, is_last ? p.y : totals, is_last ? p.y_row_stride : kTotalsStride);
    from = totals, from_row_stride = kTotalsStride;
  }
}

/// The micro-kernels of tiles of each size up to MaxTile.
template <class T>
class MicroKernels {
 public:
  /// @param rows     at most MaxTile<T>::kRows
  /// @param vectors  at most MaxTile<T>::kVectors
  static void run(std::int64_t rows, std::int64_t vectors, const TileProduct<T>& p) {
    kTable[static_cast<std::size_t>((vectors - 1) * kRows + rows - 1)](p);
  }

 private:
  static constexpr std::int64_t kRows = MaxTile<T>::kRows, kVectors = MaxTile<T>::kVectors;
  using Function = void (*)(const TileProduct<T>&);

  template <std::int64_t... i>
  static constexpr std::array<Function, sizeof...(i)> table(std::integer_sequence<std::int64_t, i...>) {
    return {micro_kernel<T, i % kRows + 1, i / kRows + 1>...};
  }
  static constexpr auto kTable = table(std::make_integer_sequence<std::int64_t, kRows * kVectors>{});
};

}  // namespace tinytorch::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
