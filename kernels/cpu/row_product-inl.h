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

  /// Computes the product; its m is 1. Blocks of columns and, where these are few, chunks of k are tasks;
  /// they depend on n and k alone.
  static void run(const Product<T>& p) {
    constexpr std::int64_t kTasks = 64, kChunk = 1 << 14, kMaxPartials = 1 << 12;
    const std::int64_t columns = width(p), blocks = ceil_div(p.n, columns);
    const std::int64_t chunks =
        std::max<std::int64_t>(1, std::min({kTasks / blocks, p.k / kChunk, kMaxPartials / p.n}));
    if (chunks == 1) return run_tasks(p, blocks, chunks, p.y);
    Total partials[kMaxPartials];
    run_tasks(p, blocks, chunks, partials);
    for (std::int64_t j = 0; j < p.n; ++j) {
      Total total = 0;
      for (std::int64_t chunk = 0; chunk < chunks; ++chunk) total += partials[chunk * p.n + j];
      p.y[j] = static_cast<T>(total);
    }
  }

  /// Writes the sums of terms [begin, end) for the block of width() columns from `column` on.
  template <class Y>
  static void multiply(const Product<T>& p, std::int64_t column, std::int64_t begin, std::int64_t end, Y* y) {
    if (width(p) == 1) {
      *y = static_cast<Y>(dot(p, column, begin, end));
    } else if (end - begin <= kChain) {
      add_rows(p, column, begin, end, y);
    } else {
      multiply_columns(p, column, begin, end, y);
    }
  }

  /// The number of columns that multiply() computes at once: neighbouring ones if these are neighbours in
  /// memory.
  static std::int64_t width(const Product<T>& p) {
    return p.b_column_stride == 1 && p.n > 1 ? std::min(p.n, kWidth) : 1;
  }

 private:
  static constexpr std::int64_t kWidth = 256, kChain = 32;
  // The elements of a dot product that are added in lanes: the same for each instruction set, so that all
  // give the same bits.
  static constexpr std::int64_t kElements = 256 / static_cast<std::int64_t>(sizeof(T));
  static constexpr std::int64_t kLanes = ProductVector<T>::kLanes, kVectors = kElements / kLanes;

  template <class Y>
  static void run_tasks(const Product<T>& p, std::int64_t blocks, std::int64_t chunks, Y* y) {
    const std::int64_t length = ceil_div(p.k, chunks);
    parallel_for(blocks * chunks, kCheapGrain / std::max<std::int64_t>(1, length * width(p)) + 1,
                 [&](std::int64_t first, std::int64_t last) {
                   for (std::int64_t task = first; task < last; ++task) {
                     const std::int64_t chunk = task / blocks, column = task % blocks * width(p);
                     multiply(p, column, chunk * length, std::min(p.k, (chunk + 1) * length),
                              y + chunk * p.n + column);
                   }
                 });
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
  static void multiply_columns(const Product<T>& p, std::int64_t column, std::int64_t begin, std::int64_t end,
                               Y* y) {
    const std::int64_t n = std::min(kWidth, p.n - column);
    Total totals[kWidth];
    T sums[kWidth];
    std::fill_n(totals, n, Total(0));
    for (std::int64_t l = begin; l < end; l += kChain) {
      add_rows(p, column, l, std::min(end, l + kChain), sums);
      INDEPENDENT
      for (std::int64_t j = 0; j < n; ++j) totals[j] += static_cast<Total>(sums[j]);
    }
    for (std::int64_t j = 0; j < n; ++j) y[j] = static_cast<Y>(totals[j]);
  }

  /// Writes the sums of at most kChain terms.
  template <class Y>
  static void add_rows(const Product<T>& p, std::int64_t column, std::int64_t begin, std::int64_t end, Y* y) {
    const std::int64_t n = std::min(kWidth, p.n - column);
    T sums[kWidth];
    T* const to = std::is_same_v<T, Y> ? reinterpret_cast<T*>(y) : sums;
    const T *const a = p.a + begin * p.a_column_stride, *const b = p.b + begin * p.b_row_stride + column;
    constexpr std::int64_t kWide = 8;  // vectors
    std::int64_t j = 0;
    for (; j + kWide * kLanes <= n; j += kWide * kLanes) add_vectors<kWide>(p, a, b + j, end - begin, to + j);
    for (; j + kLanes <= n; j += kLanes) add_vectors<1>(p, a, b + j, end - begin, to + j);
    if (j < n) add_last_columns(p, a, b + j, end - begin, n - j, to + j);
    if constexpr (!std::is_same_v<T, Y>) {
      for (std::int64_t i = 0; i < n; ++i) y[i] = static_cast<Y>(sums[i]);
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
