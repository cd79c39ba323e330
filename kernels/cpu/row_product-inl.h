// Products of a row and a matrix, compiled once for each instruction set: see kernels/cpu/targets.h.

#include <algorithm>
#include <cstdint>
#include <type_traits>

#include "kernels/cpu/micro_kernel-inl.h"
#include "kernels/cpu/parallel.h"
#include "kernels/math/arithmetic-inl.h"
#include "kernels/math/reduction.h"
#include "kernels/product.h"

#if defined(TINYTORCH_CPU_ROW_PRODUCT_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef TINYTORCH_CPU_ROW_PRODUCT_INL_H
#undef TINYTORCH_CPU_ROW_PRODUCT_INL_H
#else
#define TINYTORCH_CPU_ROW_PRODUCT_INL_H
#endif

HWY_BEFORE_NAMESPACE();
namespace tinytorch::cpu::HWY_NAMESPACE {

/// Products with one row: y [n] = a [k] b [k, n]. b is read once, so that they are as fast as the memory.
/// Terms are added in T in chains of kChain; the sums of chains are added in f64.
template <class T>
class RowProduct {
 public:
  using Total = math::Accumulator<T>;

  /// Computes the product; its m is 1. Blocks of columns and, where there are few columns, chunks of k are
  /// tasks. The bits depend on the chunks, which follow from n and k alone.
  static void run(const Product<T>& p) {
    constexpr std::int64_t kTasks = 64, kChunk = 1 << 14, kMaxPartials = 1 << 12;
    const bool has_rows = p.b_column_stride == 1 && p.n > 1;
    const std::int64_t chunks = std::max<std::int64_t>(
        1,
        std::min({kTasks / (has_rows ? ceil_div(p.n, kMinWidth) : p.n), p.k / kChunk, kMaxPartials / p.n}));
    const std::int64_t width = has_rows ? width_of(p.n) : 1;
    if (chunks == 1) return run_tasks(p, width, chunks, p.y);
    Total partials[kMaxPartials];
    run_tasks(p, width, chunks, partials);
    for (std::int64_t j = 0; j < p.n; ++j) {
      Total total = 0;
      for (std::int64_t chunk = 0; chunk < chunks; ++chunk) total += partials[chunk * p.n + j];
      p.y[j] = static_cast<T>(total);
    }
  }

 private:
  static constexpr std::int64_t kMinWidth = 256, kMaxWidth = 1024, kChain = 32;
  // The elements of a dot product that are added in lanes: the same for each instruction set, so that all
  // give the same bits.
  static constexpr std::int64_t kElements = 256 / static_cast<std::int64_t>(sizeof(T));
  static constexpr std::int64_t kLanes = ProductVector<T>::kLanes, kVectors = kElements / kLanes;

  /// The number of neighbouring columns in a block: the more, the longer are the rows that are read.
  static std::int64_t width_of(std::int64_t n) {
    return std::clamp(round_up(ceil_div(n, max_threads()), kMinWidth), kMinWidth, kMaxWidth);
  }

  template <class Y>
  static void run_tasks(const Product<T>& p, std::int64_t width, std::int64_t chunks, Y* y) {
    const std::int64_t blocks = ceil_div(p.n, width), length = ceil_div(p.k, chunks);
    parallel_for(blocks * chunks, kCheapGrain / (length * width) + 1,
                 [&](std::int64_t first, std::int64_t last) {
                   for (std::int64_t task = first; task < last; ++task) {
                     const std::int64_t chunk = task / blocks, column = task % blocks * width;
                     multiply(p, column, std::min(width, p.n - column), chunk * length,
                              std::min(p.k, (chunk + 1) * length), y + chunk * p.n + column);
                   }
                 });
  }

  /// Writes the sums of terms [begin, end) for n columns, which are neighbours in memory.
  template <class Y>
  static void multiply(const Product<T>& p, std::int64_t column, std::int64_t n, std::int64_t begin,
                       std::int64_t end, Y* y) {
    if (n == 1) {
      *y = static_cast<Y>(dot(p, column, begin, end));
    } else if (end - begin <= kChain) {
      add_rows(p, column, n, begin, end, y);
    } else {
      multiply_columns(p, column, n, begin, end, y);
    }
  }

  static Total dot(const Product<T>& p, std::int64_t column, std::int64_t begin, std::int64_t end) {
    const T *const a = p.a, *const b = p.b + column * p.b_column_stride;
    Total total = 0;
    std::int64_t l = begin;
    if (p.a_column_stride == 1 && p.b_row_stride == 1) {
      for (; l + kElements <= end; l += kElements * kChain)
        total += dot_chains(a + l, b + l, std::min(kChain, (end - l) / kElements));
      l = begin + (end - begin) / kElements * kElements;
    }
    for (; l < end; ++l)
      total += static_cast<Total>(math::Mul{}(a[l * p.a_column_stride], b[l * p.b_row_stride]));
    return total;
  }

  /// The dot product of n * kElements contiguous elements, of which each lane adds n; at most kChain.
  static Total dot_chains(const T* a, const T* b, std::int64_t n) {
    ProductVector<T> sums[kVectors];
    unrolled<kVectors>([&](auto v) INLINE_LAMBDA { sums[v] = ProductVector<T>(T(0)); });
    for (std::int64_t i = 0; i < n; ++i, a += kElements, b += kElements) {
      unrolled<kVectors>([&](auto v) INLINE_LAMBDA {
        sums[v] =
            fma(ProductVector<T>::load(a + v * kLanes), ProductVector<T>::load(b + v * kLanes), sums[v]);
      });
    }
    T lanes[kElements];
    unrolled<kVectors>([&](auto v) INLINE_LAMBDA { sums[v].store(lanes + v * kLanes); });
    constexpr std::int64_t kFew = 8;
    for (std::int64_t width = kElements / 2; width >= kFew; width /= 2) {
      for (std::int64_t l = 0; l < width; ++l) lanes[l] = math::Add{}(lanes[l], lanes[l + width]);
    }
    Total total = 0;
    for (std::int64_t l = 0; l < kFew; ++l) total += static_cast<Total>(lanes[l]);
    return total;
  }

  template <class Y>
  static void multiply_columns(const Product<T>& p, std::int64_t column, std::int64_t n, std::int64_t begin,
                               std::int64_t end, Y* y) {
    Total totals[kMaxWidth];
    T sums[kMaxWidth];
    std::fill_n(totals, n, Total(0));
    for (std::int64_t l = begin; l < end; l += kChain) {
      add_rows(p, column, n, l, std::min(end, l + kChain), sums);
      INDEPENDENT
      for (std::int64_t j = 0; j < n; ++j) totals[j] += static_cast<Total>(sums[j]);
    }
    for (std::int64_t j = 0; j < n; ++j) y[j] = static_cast<Y>(totals[j]);
  }

  /// Writes the sums of at most kChain terms for n columns.
  template <class Y>
  static void add_rows(const Product<T>& p, std::int64_t column, std::int64_t n, std::int64_t begin,
                       std::int64_t end, Y* y) {
    T sums[kMaxWidth];
    T* const to = std::is_same_v<T, Y> ? reinterpret_cast<T*>(y) : sums;
    const T *const a = p.a + begin * p.a_column_stride, *const b = p.b + begin * p.b_row_stride + column;
    constexpr std::int64_t kWide = 8;  // vectors
    std::int64_t j = 0;
    if (n > kMinWidth) {
      j = n / kLanes * kLanes;
      stream_rows(p, a, b, end - begin, j, to);
    }
    for (; j + kWide * kLanes <= n; j += kWide * kLanes) add_vectors<kWide>(p, a, b + j, end - begin, to + j);
    for (; j + kLanes <= n; j += kLanes) add_vectors<1>(p, a, b + j, end - begin, to + j);
    if (j < n) add_last_columns(p, a, b + j, end - begin, n - j, to + j);
    if constexpr (!std::is_same_v<T, Y>) {
      for (std::int64_t i = 0; i < n; ++i) y[i] = static_cast<Y>(sums[i]);
    }
  }

  /// Reads long rows of b a few at a time from their beginning to their end, as memory is fastest read. The
  /// sums are in the L1 cache.
  static void stream_rows(const Product<T>& p, const T* a, const T* b, std::int64_t terms, std::int64_t n,
                          T* y) {
    constexpr std::int64_t kTogether = 4;
    std::fill_n(y, n, T(0));
    std::int64_t l = 0;
    for (; l + kTogether <= terms; l += kTogether)
      stream<kTogether>(p, a + l * p.a_column_stride, b + l * p.b_row_stride, n, y);
    for (; l < terms; ++l) stream<1>(p, a + l * p.a_column_stride, b + l * p.b_row_stride, n, y);
  }

  template <std::int64_t kTogether>
  static void stream(const Product<T>& p, const T* a, const T* b, std::int64_t n, T* y) {
    ProductVector<T> factors[kTogether];
    unrolled<kTogether>([&](auto l)
                            INLINE_LAMBDA { factors[l] = ProductVector<T>(a[l * p.a_column_stride]); });
    for (std::int64_t j = 0; j < n; j += kLanes) {
      ProductVector<T> sum = ProductVector<T>::load(y + j);
      unrolled<kTogether>([&](auto l) INLINE_LAMBDA {
        sum = fma(factors[l], ProductVector<T>::load(b + l * p.b_row_stride + j), sum);
      });
      sum.store(y + j);
    }
  }

  template <std::int64_t kCount>
  static void add_vectors(const Product<T>& p, const T* a, const T* b, std::int64_t terms, T* y) {
    TileSums<T, 1, kCount> sums;
    sums.clear();
    sums.add(a, 0, p.a_column_stride, b, p.b_row_stride, terms);
    sums.write(nullptr, 0, y, 0);
  }

  /// Fewer columns than lanes.
  static void add_last_columns(const Product<T>& p, const T* a, const T* b, std::int64_t terms,
                               std::int64_t n, T* y) {
    if constexpr (MaxTile<T>::kIsVector) {
      ProductVector<T> sum(T(0));
      for (std::int64_t l = 0; l < terms; ++l, a += p.a_column_stride, b += p.b_row_stride)
        sum = fma(ProductVector<T>(*a), ProductVector<T>::load_first(b, n), sum);
      sum.store_first(y, n);
    } else {
      std::fill_n(y, n, T(0));
      for (std::int64_t l = 0; l < terms; ++l, a += p.a_column_stride, b += p.b_row_stride) {
        INDEPENDENT
        for (std::int64_t j = 0; j < n; ++j) y[j] = math::Add{}(y[j], math::Mul{}(*a, b[j]));
      }
    }
  }
};

}  // namespace tinytorch::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
