// Matrix products, compiled once for each instruction set: see kernels/cpu/targets.h. Each element is summed
// in one order of k, whatever the threads.

#include <algorithm>
#include <cstdint>
#include <type_traits>

#include "kernels/cpu/parallel.h"
#include "kernels/cpu/product.h"
#include "kernels/math/arithmetic.h"

#if defined(TINYTORCH_CPU_PRODUCT_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef TINYTORCH_CPU_PRODUCT_INL_H
#undef TINYTORCH_CPU_PRODUCT_INL_H
#else
#define TINYTORCH_CPU_PRODUCT_INL_H
#endif

HWY_BEFORE_NAMESPACE();
namespace tinytorch::cpu::HWY_NAMESPACE {

/// sum + a b
template <class T>
HWY_INLINE T multiply_add(T a, T b, T sum) {
  return math::Add{}(sum, math::Mul{}(a, b));
}

/// For small products: no packing, no calls.
template <class T>
void plain_product(const Product<T>& p) {
  for (std::int64_t i = 0; i < p.m; ++i) {
    const T* a = p.a + i * p.a_row_stride;
    T* y = p.y + i * p.n;
    if (p.b_column_stride == 1 && p.n > 1) {
      for (std::int64_t j = 0; j < p.n; ++j) y[j] = 0;
      for (std::int64_t l = 0; l < p.k; ++l) {
        const T factor = a[l * p.a_column_stride];
        const T* b = p.b + l * p.b_row_stride;
        INDEPENDENT
        for (std::int64_t j = 0; j < p.n; ++j) y[j] = multiply_add(factor, b[j], y[j]);
      }
    } else {
      for (std::int64_t j = 0; j < p.n; ++j) {
        const T* b = p.b + j * p.b_column_stride;
        T sum = 0;
        for (std::int64_t l = 0; l < p.k; ++l)
          sum = multiply_add(a[l * p.a_column_stride], b[l * p.b_row_stride], sum);
        y[j] = sum;
      }
    }
  }
}

/// For larger ones, after Goto and van de Geijn (2008): blocks of a and b are packed so that the innermost
/// loop reads both in order, and keeps a tile of kRows x kColumns sums in registers.
template <class T>
class BlockedProduct {
 public:
  /// Rows [row_begin, row_end) and columns [column_begin, column_end) of the product.
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
  // Integers are unsigned here, so that they wrap around.
  using Lane =
      typename std::conditional_t<std::is_integral_v<T>, std::make_unsigned<T>, std::type_identity<T>>::type;
  using Vector [[gnu::vector_size(kVectorBytes), gnu::aligned(alignof(T)), gnu::may_alias]] = Lane;
  static constexpr std::int64_t kVectors = 2,
                                kVectorLanes = kVectorBytes / static_cast<std::int64_t>(sizeof(T));
  static constexpr std::int64_t kRows = 4, kColumns = kVectors * kVectorLanes;
  static constexpr std::int64_t kDepth = 128, kBlockRows = 32, kBlockColumns = 128;

  /// Lays `count` lines of `depth` elements out in groups of kWidth lines, padded with zeros: the first
  /// elements of a group's lines, then the second ones ...
  template <std::int64_t kWidth>
  static void pack(const T* x, std::int64_t line_step, std::int64_t step, std::int64_t count,
                   std::int64_t depth, T* to) {
    for (std::int64_t group = 0; group < count; group += kWidth, to += kWidth * depth) {
      const T* from = x + group * line_step;
      const std::int64_t width = std::min(kWidth, count - group);
      if (width < kWidth) std::fill_n(to, kWidth * depth, T(0));
      for (std::int64_t l = 0; l < depth; ++l) {
        for (std::int64_t i = 0; i < width; ++i) to[l * kWidth + i] = from[i * line_step + l * step];
      }
    }
  }

  static void multiply_block(const T* a, const T* b, std::int64_t rows, std::int64_t columns,
                             std::int64_t depth, T* y, std::int64_t y_row, bool accumulate) {
    for (std::int64_t j = 0; j < columns; j += kColumns) {
      for (std::int64_t i = 0; i < rows; i += kRows) {
        alignas(64) T sum[kRows * kColumns];
        multiply_tile(a + i * depth, b + j * depth, depth, sum);
        add_tile(sum, y + i * y_row + j, y_row, std::min(kRows, rows - i), std::min(kColumns, columns - j),
                 accumulate);
      }
    }
  }

  static void multiply_tile(const T* a, const T* b, std::int64_t depth, T* to) {
    Vector sum[kRows][kVectors] = {};
    for (std::int64_t l = 0; l < depth; ++l, a += kRows, b += kColumns) {
      const Vector* line = reinterpret_cast<const Vector*>(b);
      for (std::int64_t i = 0; i < kRows; ++i) {
        for (std::int64_t v = 0; v < kVectors; ++v) sum[i][v] += static_cast<Lane>(a[i]) * line[v];
      }
    }
    for (std::int64_t i = 0; i < kRows; ++i) {
      for (std::int64_t v = 0; v < kVectors; ++v) reinterpret_cast<Vector*>(to)[i * kVectors + v] = sum[i][v];
    }
  }

  static void add_tile(const T* sum, T* y, std::int64_t y_row, std::int64_t rows, std::int64_t columns,
                       bool accumulate) {
    for (std::int64_t i = 0; i < rows; ++i) {
      for (std::int64_t j = 0; j < columns; ++j) {
        T& element = y[i * y_row + j];
        element = accumulate ? math::Add{}(element, sum[i * kColumns + j]) : sum[i * kColumns + j];
      }
    }
  }
};

/// Multiplications below which the plain loops are faster than packing.
inline constexpr std::int64_t kPlain = 1 << 12;

/// Cuts the longer side of the product among the threads. k is not 0.
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

/// The product by our own loops; y is zeros where k is 0.
template <class T>
void own_product(const Product<T>& p) {
  return p.multiply_adds() < kPlain ? plain_product(p) : blocked_product(p);
}

/// Multiplications below which our own loops are faster than a call of the library.
inline constexpr std::int64_t kLibrary = 1 << 14;
template <class T>
bool takes_library(const Product<T>& p) {
  return kHasLibraryProduct && std::is_same_v<T, float> && p.multiply_adds() >= kLibrary;
}

/// @return  false if the library failed
template <class T>
bool multiply(const Product<T>& p) {
  if constexpr (kHasLibraryProduct && std::is_same_v<T, float>) {
    if (takes_library(p)) return library_product(p);
  }
  own_product(p);
  return true;
}

}  // namespace tinytorch::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
