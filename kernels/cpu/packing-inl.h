// Packs operands of matrix products, compiled once for each instruction set: see kernels/cpu/targets.h.

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "kernels/cpu/micro_kernel-inl.h"

#if defined(TINYTORCH_CPU_PACKING_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef TINYTORCH_CPU_PACKING_INL_H
#undef TINYTORCH_CPU_PACKING_INL_H
#else
#define TINYTORCH_CPU_PACKING_INL_H
#endif

HWY_BEFORE_NAMESPACE();
namespace tinytorch::cpu::HWY_NAMESPACE {

/// A matrix of any strides.
template <class T>
struct Strided {
  const T* data;
  std::int64_t row_stride, column_stride;

  const T* at(std::int64_t row, std::int64_t column) const {
    return data + row * row_stride + column * column_stride;
  }
  Strided part(std::int64_t row, std::int64_t column) const {
    return {at(row, column), row_stride, column_stride};
  }
};

/// Copies a short row without a call.
template <class T>
HWY_INLINE void copy_row(const T* x, std::int64_t n, T* y) {
  constexpr std::int64_t kLanes = ProductVector<T>::kLanes;
  std::int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) ProductVector<T>::load(x + i).store(y + i);
  if constexpr (MaxTile<T>::kIsVector) {
    if (i < n) ProductVector<T>::load_first(x + i, n - i).store_first(y + i, n - i);
  } else {
    for (; i < n; ++i) y[i] = x[i];
  }
}

/// Copies rows of n contiguous elements to rows of n rounded up to whole vectors, padded with zeros.
template <class T>
void pack_rows(const Strided<T>& x, std::int64_t rows, std::int64_t n, T* to) {
  constexpr std::int64_t kLanes = ProductVector<T>::kLanes;
  for (std::int64_t row = 0; row < rows; ++row) {
    const T* const from = x.at(row, 0);
    std::int64_t i = 0;
    for (; i + kLanes <= n; i += kLanes, to += kLanes) ProductVector<T>::load(from + i).store(to);
    if (i == n) continue;
    if constexpr (MaxTile<T>::kIsVector) {
      ProductVector<T>::load_first(from + i, n - i).store(to);
    } else {
      std::fill(std::copy(from + i, from + n, to), to + kLanes, T(0));
    }
    to += kLanes;
  }
}

#if HWY_TARGET != HWY_SCALAR
/// Transposes a square of one element for each lane of 128 bits.
template <class T>
HWY_INLINE void transpose_square(const T* x, std::int64_t stride, T* to, std::int64_t to_stride) {
  const hn::FixedTag<T, 16 / sizeof(T)> tag;
  if constexpr (sizeof(T) == 8) {
    const auto a = hn::LoadU(tag, x), b = hn::LoadU(tag, x + stride);
    hn::StoreU(hn::InterleaveLower(tag, a, b), tag, to);
    hn::StoreU(hn::InterleaveUpper(tag, a, b), tag, to + to_stride);
  } else {
    const auto a = hn::LoadU(tag, x), b = hn::LoadU(tag, x + stride), c = hn::LoadU(tag, x + 2 * stride),
               d = hn::LoadU(tag, x + 3 * stride);
    const auto ac = hn::InterleaveLower(tag, a, c), bd = hn::InterleaveLower(tag, b, d),
               ac_upper = hn::InterleaveUpper(tag, a, c), bd_upper = hn::InterleaveUpper(tag, b, d);
    hn::StoreU(hn::InterleaveLower(tag, ac, bd), tag, to);
    hn::StoreU(hn::InterleaveUpper(tag, ac, bd), tag, to + to_stride);
    hn::StoreU(hn::InterleaveLower(tag, ac_upper, bd_upper), tag, to + 2 * to_stride);
    hn::StoreU(hn::InterleaveUpper(tag, ac_upper, bd_upper), tag, to + 3 * to_stride);
  }
}
#endif

/// Copies rows of n elements to rows of `width` elements, which are not padded. Fast where columns are
/// contiguous.
template <class T>
void pack_columns(const Strided<T>& x, std::int64_t rows, std::int64_t n, std::int64_t width, T* to) {
  std::int64_t whole_rows = 0, whole_columns = 0;
#if HWY_TARGET != HWY_SCALAR
  if constexpr (MaxTile<T>::kIsVector) {
    if (x.row_stride == 1) {
      constexpr std::int64_t kSide = 16 / static_cast<std::int64_t>(sizeof(T));
      whole_rows = rows / kSide * kSide, whole_columns = n / kSide * kSide;
      for (std::int64_t j = 0; j < whole_columns; j += kSide) {
        for (std::int64_t i = 0; i < whole_rows; i += kSide)
          transpose_square(x.at(i, j), x.column_stride, to + i * width + j, width);
      }
    }
  }
#endif
  for (std::int64_t i = 0; i < rows; ++i) {
    for (std::int64_t j = i < whole_rows ? whole_columns : 0; j < n; ++j) to[i * width + j] = *x.at(i, j);
  }
}

/// Packs n columns of b into a panel: rows of n rounded up to whole vectors, padded with zeros.
template <class T>
void pack_panel(const Strided<T>& b, std::int64_t depth, std::int64_t n, T* to) {
  if (b.column_stride == 1) return pack_rows(b, depth, n, to);
  const std::int64_t width = round_up(n, ProductVector<T>::kLanes);
  for (std::int64_t l = 0; l < depth && n < width; ++l)
    std::fill(to + l * width + n, to + (l + 1) * width, T(0));
  pack_columns(b, depth, n, width, to);
}

/// The elements of a packed row: an odd number of cache lines, so that neighbouring rows are in different
/// sets of a cache.
template <class T>
std::int64_t packed_row_stride(std::int64_t depth) {
  constexpr std::int64_t kLine = 64 / static_cast<std::int64_t>(sizeof(T));
  return ((depth + kLine - 1) / kLine | 1) * kLine;
}

/// Packs rows of a, at most MaxTile::kRows, to rows or, where its columns are contiguous, to columns.
/// @param available  the rows of a, which may be read
template <class T>
Strided<T> pack_a(const Strided<T>& a, std::int64_t rows, std::int64_t available, std::int64_t depth, T* to) {
  constexpr std::int64_t kRows = MaxTile<T>::kRows;
  if (a.row_stride == 1 && available >= kRows) {  // copies of constant length need no calls
    for (std::int64_t l = 0; l < depth; ++l) std::memcpy(to + l * kRows, a.at(0, l), kRows * sizeof(T));
    return {to, 1, kRows};
  }
  if (a.row_stride == 1) {
    for (std::int64_t l = 0; l < depth; ++l) std::copy_n(a.at(0, l), rows, to + l * rows);
    return {to, 1, rows};
  }
  const std::int64_t stride = packed_row_stride<T>(depth);
  for (std::int64_t i = 0; i < rows; ++i) {
    if (a.column_stride == 1) {
      copy_row(a.at(i, 0), depth, to + i * stride);
    } else {
      for (std::int64_t l = 0; l < depth; ++l) to[i * stride + l] = *a.at(i, l);
    }
  }
  return {to, stride, 1};
}

}  // namespace tinytorch::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
