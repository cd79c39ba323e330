// Small tiles of dot products, compiled once for each instruction set: see kernels/cpu/targets.h.

#include <algorithm>
#include <cstdint>

#include "kernels/cpu/micro_kernel-inl.h"
#include "kernels/cpu/own_product-inl.h"
#include "kernels/cpu/parallel.h"
#include "kernels/product.h"

#if defined(TINYTORCH_CPU_DOT_TILES_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef TINYTORCH_CPU_DOT_TILES_INL_H
#undef TINYTORCH_CPU_DOT_TILES_INL_H
#else
#define TINYTORCH_CPU_DOT_TILES_INL_H
#endif

HWY_BEFORE_NAMESPACE();
namespace tinytorch::cpu::HWY_NAMESPACE {

/// Products of few rows and contiguous rows of a and columns of b: tiles of dot products, in which each lane
/// adds every kLanes-th term. Nothing is packed.
template <class T>
class DotTiles {
 public:
  /// Whether packing b would take longer.
  static bool is_faster(const Product<T>& p) {
    return MaxTile<T>::kIsVector && p.a_column_stride == 1 && p.b_row_stride == 1 && p.k >= kLanes &&
           (p.m <= kFewRows || p.n <= kFewRows);
  }
  /// The number of terms that may be added in chains of this length.
  static std::int64_t max_terms(std::int64_t chain) { return chain * kLanes; }

  static void run(const Product<T>& p, const ProductOptions& options) {
    const std::int64_t tiles = ceil_div(p.n, kColumns);
    parallel_for(tiles, kProductGrain / std::max<std::int64_t>(1, p.multiply_adds() / tiles) + 1,
                 [&](std::int64_t begin, std::int64_t end) {
                   for (std::int64_t tile = begin; tile < end; ++tile) {
                     for (std::int64_t i = 0; i < p.m; i += kRows)
                       multiply_tile(p, options, i, tile * kColumns);
                   }
                 });
  }

 private:
  static constexpr std::int64_t kFewRows = 8;
  // The same for each instruction set, so that all give the same bits.
  static constexpr std::int64_t kLanes = 64 / static_cast<std::int64_t>(sizeof(T));
  static constexpr std::int64_t kVectorLanes = ProductVector<T>::kLanes, kVectors = kLanes / kVectorLanes;
  static constexpr std::int64_t kRows = 4 / kVectors, kColumns = kVectors == 1 ? 4 : 2;

  using Sums = ProductVector<T>[kRows][kColumns][kVectors];

  /// Adds kLanes terms to each sum.
  static HWY_INLINE void add(const T* const (&a)[kRows], const T* const (&b)[kColumns], std::int64_t l,
                             Sums& sums) {
    unrolled<kVectors>([&](auto v) INLINE_LAMBDA {
      unrolled<kRows>([&](auto i) INLINE_LAMBDA {
        const auto factor = ProductVector<T>::load(a[i] + l + v * kVectorLanes);
        unrolled<kColumns>([&](auto j) INLINE_LAMBDA {
          sums[i][j][v] = fma(factor, ProductVector<T>::load(b[j] + l + v * kVectorLanes), sums[i][j][v]);
        });
      });
    });
  }

  /// Computes the tile at row i and column j. Rows and columns beyond the ends repeat the last one.
  static void multiply_tile(const Product<T>& p, const ProductOptions& options, std::int64_t i,
                            std::int64_t j) {
    const T *a[kRows], *b[kColumns];
    for (std::int64_t row = 0; row < kRows; ++row) a[row] = p.a + std::min(i + row, p.m - 1) * p.a_row_stride;
    for (std::int64_t column = 0; column < kColumns; ++column)
      b[column] = p.b + std::min(j + column, p.n - 1) * p.b_column_stride;
    Sums sums;
    unrolled<kRows * kColumns * kVectors>([&](auto n) INLINE_LAMBDA {
      sums[n / kVectors / kColumns][n / kVectors % kColumns][n % kVectors] = ProductVector<T>(T(0));
    });
    const std::int64_t whole = p.k / kLanes * kLanes;
    for (std::int64_t l = 0; l < whole; l += kLanes) add(a, b, l, sums);
    if (whole < p.k) add_last(a, b, whole, p.k - whole, sums);
    for (std::int64_t row = 0; row < std::min(kRows, p.m - i); ++row) {
      for (std::int64_t column = 0; column < std::min(kColumns, p.n - j); ++column)
        write(sum_of_lanes(sums[row][column]), options.accumulate,
              p.y[(i + row) * options.y_row_stride + j + column]);
    }
  }

  /// Adds the last n terms, fewer than kLanes.
  static void add_last(const T* const (&a)[kRows], const T* const (&b)[kColumns], std::int64_t l,
                       std::int64_t n, Sums& sums) {
    T terms[kRows + kColumns][kLanes] = {};
    const T *last_a[kRows], *last_b[kColumns];
    for (std::int64_t i = 0; i < kRows; ++i) last_a[i] = std::copy_n(a[i] + l, n, terms[i]) - n;
    for (std::int64_t j = 0; j < kColumns; ++j) last_b[j] = std::copy_n(b[j] + l, n, terms[kRows + j]) - n;
    add(last_a, last_b, 0, sums);
  }

  static void write(T sum, bool accumulate, T& y) { y = accumulate ? y + sum : sum; }

  static T sum_of_lanes(const ProductVector<T> (&sum)[kVectors]) {
    T lanes[kLanes];
    for (std::int64_t v = 0; v < kVectors; ++v) sum[v].store(lanes + v * kVectorLanes);
    for (std::int64_t width = kLanes / 2; width > 0; width /= 2) {
      for (std::int64_t l = 0; l < width; ++l) lanes[l] += lanes[l + width];
    }
    return lanes[0];
  }
};

}  // namespace tinytorch::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
