// Tiles of attention scores, compiled once for each instruction set: see kernels/cpu/targets.h.

#include <algorithm>
#include <cstdint>
#include <limits>

#include "core/ops/creation.h"
#include "kernels/attention.h"
#include "kernels/cpu/product-inl.h"
#include "kernels/math/random.h"
#include "kernels/math/reduction.h"

#if defined(TINYTORCH_CPU_ATTENTION_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef TINYTORCH_CPU_ATTENTION_INL_H
#undef TINYTORCH_CPU_ATTENTION_INL_H
#else
#define TINYTORCH_CPU_ATTENTION_INL_H
#endif

HWY_BEFORE_NAMESPACE();
namespace tinytorch::cpu::HWY_NAMESPACE {

/// The size of a tile of scores in queries and keys, and the number of columns that add_product() adds at a
/// time: large enough that packing costs the library little, small enough for the L2 cache.
inline constexpr std::int64_t kQueryTile = 64, kKeyTile = 128, kColumnTile = 128;

/// The scores of a tile: `queries` queries from `query` on, `keys` keys from `key` on.
struct TileIndex {
  std::int64_t batch, head, kv_head, query, queries, key, keys;
};

/// y = a bᵀ; the rows of a and b are contiguous.
template <class T>
void multiply_rows(const T* a, std::int64_t lda, std::int64_t a_rows, const T* b, std::int64_t ldb,
                   std::int64_t b_rows, std::int64_t width, T* y) {
  multiply_or_fall_back(Product<T>{.m = a_rows,
                                   .n = b_rows,
                                   .k = width,
                                   .a = a,
                                   .a_row_stride = lda,
                                   .a_column_stride = 1,
                                   .b = b,
                                   .b_row_stride = 1,
                                   .b_column_stride = ldb,
                                   .y = y});
}

/// Where a task adds its products: rows of a result and, for long sums, of the rounding errors of these
/// additions.
template <class T>
struct AddedRows {
  T* data;
  std::int64_t row_stride;
  T* errors;  // null where sums are short
  std::int64_t errors_row_stride;
};

/// The rows of a result, from a row of a head on.
template <class T>
AddedRows<T> added_rows(const HeadRows<T>& y, const HeadRows<T>& errors, std::int64_t batch,
                        std::int64_t head, std::int64_t row) {
  return {y.row(batch, head, row), y.row_stride, errors.row(batch, head, row), errors.row_stride};
}

/// True for attention in f32 whose sums over `terms` queries or keys are long, see kernels/product.h.
template <class T>
bool has_long_sums(std::int64_t terms) {
  return std::is_same_v<T, float> && terms > kLongSum;
}

/// Zeros for the rounding errors of y where its sums are long; else undefined.
template <class T>
Tensor errors_of(const Tensor& y, bool is_long) {
  return is_long ? zeros(y.shape(), {.dtype = dtype_of<T>}) : Tensor();
}
template <class T>
HeadRows<T> error_rows(Tensor& errors) {
  return errors.defined() ? head_rows<T>(errors) : HeadRows<T>{nullptr, 0, 0, 0};
}

/// y += p.a p.b; the rows of b are contiguous, and y has at most kKeyTile rows.
template <class T>
void add_product(const Product<T>& p, const AddedRows<T>& y) {
  alignas(64) T product[kKeyTile * kColumnTile];
  Product<T> block = p;
  block.y = product;
  for (std::int64_t column = 0; column < p.n; column += kColumnTile, block.b += kColumnTile) {
    block.n = std::min(kColumnTile, p.n - column);
    y.errors != nullptr ? multiply_in_chains(block) : multiply_or_fall_back(block);
    for (std::int64_t i = 0; i < p.m; ++i) {
      T* const to = y.data + i * y.row_stride + column;
      const T* const product_row = product + i * block.n;
      if (y.errors != nullptr) {
        T* const errors = y.errors + i * y.errors_row_stride + column;
        INDEPENDENT
        for (std::int64_t j = 0; j < block.n; ++j) math::add_compensated(product_row[j], to[j], errors[j]);
      } else {
        INDEPENDENT
        for (std::int64_t j = 0; j < block.n; ++j) to[j] = math::Add{}(to[j], product_row[j]);
      }
    }
  }
}

/// Adds the rounding errors of rows to them, if there are any.
template <class T>
void correct_rows(const AddedRows<T>& y, std::int64_t rows, std::int64_t width) {
  for (std::int64_t i = 0; y.errors != nullptr && i < rows; ++i) {
    T* const row = y.data + i * y.row_stride;
    const T* const errors = y.errors + i * y.errors_row_stride;
    for (std::int64_t d = 0; d < width; ++d) row[d] = math::corrected(row[d], errors[d]);
  }
}

template <class T>
void zero_rows(const HeadRows<T>& x, std::int64_t batch, std::int64_t head, std::int64_t begin,
               std::int64_t end, std::int64_t width) {
  for (std::int64_t i = begin; i < end; ++i) std::fill_n(x.row(batch, head, i), width, T(0));
}

/// Adds the mask to a row of scores; scores that the mask excludes become -inf.
template <class T>
void mask_row(const AttentionProblem<T>& p, const TileIndex& tile, std::int64_t i, T* s) {
  constexpr T kMinusInfinity = -std::numeric_limits<T>::infinity();
  const std::int64_t query = tile.query + i;
  const std::int64_t first = p.mask.offset(tile.batch, tile.head, query, tile.key),
                     stride = p.mask.column_stride;
  if (p.mask.added != nullptr) {
    for (std::int64_t j = 0; j < tile.keys; ++j) s[j] += p.mask.added[first + j * stride];
  }
  if (p.mask.allowed != nullptr) {
    for (std::int64_t j = 0; j < tile.keys; ++j)
      s[j] = p.mask.allowed[first + j * stride] ? s[j] : kMinusInfinity;
  }
  if (p.causal) {
    const std::int64_t allowed = query + p.causal_offset + 1 - tile.key;
    for (std::int64_t j = std::max<std::int64_t>(0, allowed); j < tile.keys; ++j) s[j] = kMinusInfinity;
  }
}

/// s = scale q kᵀ + mask
template <class T>
void compute_scores(const AttentionProblem<T>& p, const TileIndex& tile, T* s) {
  multiply_rows(p.q.row(tile.batch, tile.head, tile.query), p.q.row_stride, tile.queries,
                p.k.row(tile.batch, tile.kv_head, tile.key), p.k.row_stride, tile.keys, p.width, s);
  for (std::int64_t i = 0; i < tile.queries; ++i) {
    T* row = s + i * tile.keys;
    INDEPENDENT
    for (std::int64_t j = 0; j < tile.keys; ++j) row[j] *= p.scale;
    mask_row(p, tile, i, row);
  }
}

/// Computes the factors by which dropout multiplies a row of weights: 0 or 1 / (1 - p).
template <class T>
void dropout_scale(const AttentionProblem<T>& p, const TileIndex& tile, std::int64_t i, T* scale) {
  if (!p.has_dropout) return std::fill_n(scale, tile.keys, T(1)), void();
  constexpr std::int64_t kBlocks = kKeyTile / 4 + 1;
  T scales[4 * kBlocks];
  const std::int64_t first = p.weight(tile.batch, tile.head, tile.query + i, tile.key), skip = first % 4;
  const std::int64_t blocks = (skip + tile.keys + 3) / 4;
  for (std::int64_t block = 0; block < blocks; ++block) {
    const math::PhiloxBlock random_block =
        math::philox(p.random.seed, p.random.offset + static_cast<std::uint64_t>(first / 4 + block));
    for (int w = 0; w < 4; ++w)
      scales[4 * block + w] =
          math::uniform_f32(random_block.word[w]) >= p.dropout_probability ? p.dropout_scale : T(0);
  }
  std::copy_n(scales + skip, tile.keys, scale);
}

/// The product of a tile [queries, keys] and `width` columns of the rows of keys or values.
template <class T>
Product<T> tile_times_rows(const TileIndex& tile, const T* scores, const HeadRows<const T>& rows,
                           std::int64_t width) {
  return {.m = tile.queries,
          .n = width,
          .k = tile.keys,
          .a = scores,
          .a_row_stride = tile.keys,
          .a_column_stride = 1,
          .b = rows.row(tile.batch, tile.kv_head, tile.key),
          .b_row_stride = rows.row_stride,
          .b_column_stride = 1,
          .y = nullptr};
}

}  // namespace tinytorch::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
