// Tiles of attention's scores, compiled once for each instruction set: see kernels/cpu/targets.h.

#include <algorithm>
#include <cstdint>
#include <limits>

#include "kernels/attention.h"
#include "kernels/cpu/product-inl.h"
#include "kernels/math/random.h"

#if defined(TINYTORCH_CPU_ATTENTION_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef TINYTORCH_CPU_ATTENTION_INL_H
#undef TINYTORCH_CPU_ATTENTION_INL_H
#else
#define TINYTORCH_CPU_ATTENTION_INL_H
#endif

HWY_BEFORE_NAMESPACE();
namespace tinytorch::cpu::HWY_NAMESPACE {

/// A tile of scores has at most so many queries and keys, and products are added so many columns at a time:
/// enough that packing costs the library little, and that all stays in the second-level cache.
inline constexpr std::int64_t kQueryTile = 64, kKeyTile = 128, kColumnTile = 128;

/// Which scores a tile has.
struct TilePlace {
  std::int64_t batch, head, kv_head, query, queries, key, keys;
};

template <class T>
void multiply_always(const Product<T>& p) {
  if (!multiply(p)) blocked_product(p);
}

/// y = a bᵀ, of rows that lie without gaps.
template <class T>
void multiply_rows(const T* a, std::int64_t a_row, std::int64_t a_rows, const T* b, std::int64_t b_row,
                   std::int64_t b_rows, std::int64_t width, T* y) {
  multiply_always(Product<T>{.m = a_rows,
                             .n = b_rows,
                             .k = width,
                             .a = a,
                             .a_row_stride = a_row,
                             .a_column_stride = 1,
                             .b = b,
                             .b_row_stride = 1,
                             .b_column_stride = b_row,
                             .y = y});
}

/// p.y += p.a p.b, where the rows of y lie `y_row` apart and those of b without gaps; at most kKeyTile rows.
template <class T>
void add_product(const Product<T>& p, std::int64_t y_row) {
  alignas(64) T sums[kKeyTile * kColumnTile];
  Product<T> part = p;
  part.y = sums;
  for (std::int64_t column = 0; column < p.n; column += kColumnTile, part.b += kColumnTile) {
    part.n = std::min(kColumnTile, p.n - column);
    multiply_always(part);
    for (std::int64_t i = 0; i < p.m; ++i) {
      T* const y = p.y + i * y_row + column;
      const T* const sum = sums + i * part.n;
      INDEPENDENT
      for (std::int64_t j = 0; j < part.n; ++j) y[j] = math::Add{}(y[j], sum[j]);
    }
  }
}

template <class T>
void zero_rows(const HeadRows<T>& x, std::int64_t batch, std::int64_t head, std::int64_t begin,
               std::int64_t end, std::int64_t width) {
  for (std::int64_t i = begin; i < end; ++i) std::fill_n(x.row(batch, head, i), width, T(0));
}

/// Adds the mask to a row of scores; where a query may not attend they become -inf.
template <class T>
void mask_row(const AttentionProblem<T>& p, const TilePlace& at, std::int64_t i, T* s) {
  constexpr T kNever = -std::numeric_limits<T>::infinity();
  const std::int64_t query = at.query + i;
  const std::int64_t first = p.mask.offset(at.batch, at.head, query, at.key), step = p.mask.column_stride;
  if (p.mask.added != nullptr) {
    for (std::int64_t j = 0; j < at.keys; ++j) s[j] += p.mask.added[first + j * step];
  }
  if (p.mask.allowed != nullptr) {
    for (std::int64_t j = 0; j < at.keys; ++j) s[j] = p.mask.allowed[first + j * step] ? s[j] : kNever;
  }
  if (p.causal) {
    const std::int64_t allowed = query + p.causal_offset + 1 - at.key;
    for (std::int64_t j = std::max<std::int64_t>(0, allowed); j < at.keys; ++j) s[j] = kNever;
  }
}

/// scale q kᵀ + mask
template <class T>
void make_scores(const AttentionProblem<T>& p, const TilePlace& at, T* s) {
  multiply_rows(p.q.row(at.batch, at.head, at.query), p.q.row_stride, at.queries,
                p.k.row(at.batch, at.kv_head, at.key), p.k.row_stride, at.keys, p.width, s);
  for (std::int64_t i = 0; i < at.queries; ++i) {
    T* row = s + i * at.keys;
    INDEPENDENT
    for (std::int64_t j = 0; j < at.keys; ++j) row[j] *= p.scale;
    mask_row(p, at, i, row);
  }
}

/// What dropout multiplies a row of weights by.
template <class T>
void make_factors(const AttentionProblem<T>& p, const TilePlace& at, std::int64_t i, T* factor) {
  if (!p.has_dropout) return std::fill_n(factor, at.keys, T(1)), void();
  constexpr std::int64_t kBlocks = kKeyTile / 4 + 1;
  T all[4 * kBlocks];
  const std::int64_t first = p.weight(at.batch, at.head, at.query + i, at.key), skip = first % 4;
  const std::int64_t blocks = (skip + at.keys + 3) / 4;
  for (std::int64_t block = 0; block < blocks; ++block) {
    const math::PhiloxBlock numbers =
        math::philox(p.random.seed, p.random.offset + static_cast<std::uint64_t>(first / 4 + block));
    for (int w = 0; w < 4; ++w)
      all[4 * block + w] =
          math::uniform_f32(numbers.word[w]) >= p.dropout_probability ? p.dropout_scale : T(0);
  }
  std::copy_n(all + skip, at.keys, factor);
}

inline std::int64_t tiles(std::int64_t count, std::int64_t each) { return (count + each - 1) / each; }

/// A tile [queries, keys] times so many columns of the keys' or values' rows.
template <class T>
Product<T> for_queries(const TilePlace& at, const T* tile, const HeadRows<const T>& rows, std::int64_t width,
                       T* y) {
  return {.m = at.queries,
          .n = width,
          .k = at.keys,
          .a = tile,
          .a_row_stride = at.keys,
          .a_column_stride = 1,
          .b = rows.row(at.batch, at.kv_head, at.key),
          .b_row_stride = rows.row_stride,
          .b_column_stride = 1,
          .y = y};
}

}  // namespace tinytorch::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
