// Matrix products by our own loops, compiled once for each instruction set: see kernels/cpu/targets.h. The
// order of k in which an element is summed does not depend on the number of threads.

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "kernels/cpu/parallel.h"
#include "kernels/cpu/row_product-inl.h"
#include "kernels/product.h"

#if defined(TINYTORCH_CPU_OWN_PRODUCT_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef TINYTORCH_CPU_OWN_PRODUCT_INL_H
#undef TINYTORCH_CPU_OWN_PRODUCT_INL_H
#else
#define TINYTORCH_CPU_OWN_PRODUCT_INL_H
#endif

HWY_BEFORE_NAMESPACE();
namespace tinytorch::cpu::HWY_NAMESPACE {

/// Small products, row by row: no packing, no calls.
template <class T>
void plain_product(const Product<T>& p) {
  if (p.k == 0) {  // a and b may be null
    std::fill_n(p.y, p.m * p.n, T(0));
    return;
  }
  for (std::int64_t i = 0; i < p.m; ++i) {
    const Product<T> row = p.part(i, 1, 0, p.n, 0, p.k, p.y + i * p.n);
    for (std::int64_t j = 0; j < p.n; j += RowProduct<T>::width(row))
      RowProduct<T>::multiply(row, j, 0, p.k, row.y + j);
  }
}

/// Larger products, after Goto and van de Geijn (2008): panels of a and b are packed so that the innermost
/// loop (the micro-kernel) reads both in order and keeps a tile of kRows x kColumns sums in registers. Sums
/// of up to kLongSum terms are added in chains of kChain terms, and the sums of these. kColumns is the width
/// of kVectors vectors.
template <class T, std::int64_t kVectors = 2>
class BlockedProduct {
 public:
  /// Computes rows [row_begin, row_end) and columns [column_begin, column_end) of the product.
  static void run(const Product<T>& p, std::int64_t row_begin, std::int64_t row_end,
                  std::int64_t column_begin, std::int64_t column_end) {
    alignas(64) T a[kBlockRows * kDepth];
    alignas(64) T b[kBlockColumns * kDepth];
    for (std::int64_t l = 0; l < p.k; l += kDepth) {
      const std::int64_t depth = std::min(kDepth, p.k - l);
      for (std::int64_t j = column_begin; j < column_end; j += kBlockColumns) {
        const std::int64_t columns = std::min(kBlockColumns, column_end - j);
        pack<kColumns>(p.b + l * p.b_row_stride + j * p.b_column_stride, p.b_column_stride, p.b_row_stride,
                       columns, depth, b);
        for (std::int64_t i = row_begin; i < row_end; i += kBlockRows) {
          const std::int64_t rows = std::min(kBlockRows, row_end - i);
          pack<kRows>(p.a + i * p.a_row_stride + l * p.a_column_stride, p.a_row_stride, p.a_column_stride,
                      rows, depth, a);
          multiply_block(a, b, rows, columns, depth, p.y + i * p.n + j, p.n, l > 0);
        }
      }
    }
  }

 private:
  static constexpr std::int64_t kVectorBytes = HWY_MAX_BYTES >= 64 ? 64 : HWY_MAX_BYTES >= 32 ? 32 : 16;
  // Integers are computed unsigned, so that they wrap around.
  using Lane =
      typename std::conditional_t<std::is_integral_v<T>, std::make_unsigned<T>, std::type_identity<T>>::type;
  using Vector [[gnu::vector_size(kVectorBytes), gnu::aligned(alignof(T)), gnu::may_alias]] = Lane;
  static constexpr std::int64_t kVectorLanes = kVectorBytes / static_cast<std::int64_t>(sizeof(T));
  static constexpr std::int64_t kRows = 4, kColumns = kVectors * kVectorLanes;
  static constexpr std::int64_t kDepth = 128, kBlockRows = 32, kBlockColumns = 128, kChain = 16;

  /// Packs `lines` lines (rows of a, columns of b) of `depth` elements into panels of kWidth lines, padded
  /// with zeros: the first elements of a panel's lines, then the second ones, and so on.
  template <std::int64_t kWidth>
  static void pack(const T* x, std::int64_t line_stride, std::int64_t stride, std::int64_t lines,
                   std::int64_t depth, T* to) {
    for (std::int64_t line = 0; line < lines; line += kWidth, to += kWidth * depth) {
      const T* from = x + line * line_stride;
      const std::int64_t width = std::min(kWidth, lines - line);
      for (std::int64_t l = 0; l < depth; ++l, from += stride) {
        T* const panel = to + l * kWidth;
        if (width < kWidth) std::memset(panel, 0, kWidth * sizeof(T));
        if (line_stride != 1) {
          for (std::int64_t i = 0; i < width; ++i) panel[i] = from[i * line_stride];
        } else if (width == kWidth) {
          std::memcpy(panel, from, kWidth * sizeof(T));
        } else {
          copy_short<kWidth / 2>(from, width, panel);
        }
      }
    }
  }

  /// Copies n < 2 kLength elements without a call.
  template <std::int64_t kLength>
  static HWY_INLINE void copy_short(const T* from, std::int64_t n, T* to) {
    if (n >= kLength) {
      std::memcpy(to, from, kLength * sizeof(T));
      from += kLength, to += kLength, n -= kLength;
    }
    if constexpr (kLength > 1) copy_short<kLength / 2>(from, n, to);
  }

  static void multiply_block(const T* a, const T* b, std::int64_t rows, std::int64_t columns,
                             std::int64_t depth, T* y, std::int64_t y_row_stride, bool accumulate) {
    for (std::int64_t j = 0; j < columns; j += kColumns) {
      for (std::int64_t i = 0; i < rows; i += kRows) {
        alignas(64) T sum[kRows * kColumns];
        multiply_tile(a + i * depth, b + j * depth, depth, sum);
        add_tile(sum, y + i * y_row_stride + j, y_row_stride, std::min(kRows, rows - i),
                 std::min(kColumns, columns - j), accumulate);
      }
    }
  }

  static void multiply_tile(const T* a, const T* b, std::int64_t depth, T* to) {
    Vector total[kRows][kVectors] = {};
    for (std::int64_t begin = 0; begin < depth; begin += kChain) {
      Vector sum[kRows][kVectors] = {};
      const std::int64_t end = std::min(depth, begin + kChain);
      for (std::int64_t l = begin; l < end; ++l, a += kRows, b += kColumns) {
        const Vector* line = reinterpret_cast<const Vector*>(b);
        for (std::int64_t i = 0; i < kRows; ++i) {
          for (std::int64_t v = 0; v < kVectors; ++v) sum[i][v] += static_cast<Lane>(a[i]) * line[v];
        }
      }
      for (std::int64_t i = 0; i < kRows; ++i) {
        for (std::int64_t v = 0; v < kVectors; ++v) total[i][v] += sum[i][v];
      }
    }
    for (std::int64_t i = 0; i < kRows; ++i) {
      for (std::int64_t v = 0; v < kVectors; ++v)
        reinterpret_cast<Vector*>(to)[i * kVectors + v] = total[i][v];
    }
  }

  static void add_tile(const T* sum, T* y, std::int64_t y_row_stride, std::int64_t rows, std::int64_t columns,
                       bool accumulate) {
    for (std::int64_t i = 0; i < rows; ++i) {
      for (std::int64_t j = 0; j < columns; ++j) {
        T& element = y[i * y_row_stride + j];
        element = accumulate ? math::Add{}(element, sum[i * kColumns + j]) : sum[i * kColumns + j];
      }
    }
  }
};

/// Small products of up to kExactChain * kLanes terms, where rows of a and columns of b are contiguous: tiles
/// of dot products, in which each lane adds every kLanes-th term. Nothing is packed.
template <class T>
class DotTiles {
 public:
  static bool fits(const Product<T>& p) { return p.a_column_stride == 1 && p.b_row_stride == 1; }

  static void run(const Product<T>& p) {
    for (std::int64_t i = 0; i < p.m; i += kRows) {
      for (std::int64_t j = 0; j < p.n; j += kColumns) multiply_tile(p, i, j);
    }
  }

 private:
  static constexpr std::int64_t kVectorBytes = HWY_MAX_BYTES >= 64 ? 64 : HWY_MAX_BYTES >= 32 ? 32 : 16;
  using Vector [[gnu::vector_size(kVectorBytes), gnu::aligned(alignof(T)), gnu::may_alias]] = T;
  // The same for each instruction set, so that all give the same bits.
  static constexpr std::int64_t kLanes = 64 / static_cast<std::int64_t>(sizeof(T));
  static constexpr std::int64_t kVectors = 64 / kVectorBytes;
  static constexpr std::int64_t kRows = 4 / kVectors, kColumns = kVectors == 1 ? 4 : 2;

  using Sums = Vector[kRows][kColumns][kVectors];

  /// Adds kLanes terms to each sum.
  static HWY_INLINE void add(const T* const (&a)[kRows], const T* const (&b)[kColumns], std::int64_t l,
                             Sums& sums) {
    for (std::int64_t v = 0; v < kVectors; ++v) {
      for (std::int64_t i = 0; i < kRows; ++i) {
        for (std::int64_t j = 0; j < kColumns; ++j)
          sums[i][j][v] +=
              reinterpret_cast<const Vector*>(a[i] + l)[v] * reinterpret_cast<const Vector*>(b[j] + l)[v];
      }
    }
  }

  /// Computes the tile at row i and column j. Rows and columns beyond the ends repeat the last one.
  static void multiply_tile(const Product<T>& p, std::int64_t i, std::int64_t j) {
    const T *a[kRows], *b[kColumns];
    for (std::int64_t row = 0; row < kRows; ++row) a[row] = p.a + std::min(i + row, p.m - 1) * p.a_row_stride;
    for (std::int64_t column = 0; column < kColumns; ++column)
      b[column] = p.b + std::min(j + column, p.n - 1) * p.b_column_stride;
    Sums sums = {};
    const std::int64_t whole = p.k / kLanes * kLanes;
    for (std::int64_t l = 0; l < whole; l += kLanes) add(a, b, l, sums);
    if (whole < p.k) add_last(a, b, whole, p.k - whole, sums);
    for (std::int64_t row = 0; row < std::min(kRows, p.m - i); ++row) {
      for (std::int64_t column = 0; column < std::min(kColumns, p.n - j); ++column)
        p.y[(i + row) * p.n + j + column] = sum_of_lanes(sums[row][column]);
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

  static T sum_of_lanes(const Vector (&sum)[kVectors]) {
    T lanes[kLanes];
    std::memcpy(lanes, sum, sizeof(lanes));
    for (std::int64_t width = kLanes / 2; width > 0; width /= 2) {
      for (std::int64_t l = 0; l < width; ++l) lanes[l] += lanes[l + width];
    }
    return lanes[0];
  }
};

/// The number of multiplications below which plain_product() is faster than packing.
inline constexpr std::int64_t kPlainProductLimit = 1 << 12;

/// Partitions the longer side of the product among the threads. k is not 0.
template <class T>
void blocked_product(const Product<T>& p) {
  const std::int64_t longer = std::max(p.m, p.n);
  parallel_for(longer, kProductGrain / (p.multiply_adds() / longer) + 1,
               [&](std::int64_t begin, std::int64_t end) {
                 if (p.m >= p.n) {
                   BlockedProduct<T>::run(p, begin, end, 0, p.n);
                 } else {
                   BlockedProduct<T>::run(p, 0, p.m, begin, end);
                 }
               });
}

/// The product by our own loops; y becomes zeros where k is 0. k is at most kLongSum, or T is not f32.
template <class T>
void own_product(const Product<T>& p) {
  if (p.is_vector()) return RowProduct<T>::run(p.m == 1 ? p : p.transposed());
  return p.multiply_adds() < kPlainProductLimit ? plain_product(p) : blocked_product(p);
}

}  // namespace tinytorch::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
