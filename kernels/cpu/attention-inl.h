// Tiles of attention scores, compiled once for each instruction set: see kernels/cpu/targets.h.

#include <algorithm>
#include <cstdint>
#include <limits>

#include "core/ops/creation.h"
#include "core/storage.h"
#include "kernels/attention.h"
#include "kernels/cpu/own_product-inl.h"
#include "kernels/cpu/panels-inl.h"
#include "kernels/cpu/parallel.h"
#include "kernels/cpu/vector-inl.h"
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

/// The size of a tile of scores in queries and keys. A tile is transposed, [keys, kQueryTile]: then the
/// softmax of a Vector of queries takes no sums of lanes, and keys are read where they are.
inline constexpr std::int64_t kQueryTile = 64, kKeyTile = 128;

/// The scores of a tile: `queries` queries from `query` on, `keys` keys from `key` on.
struct TileIndex {
  std::int64_t batch, head, kv_head, query, queries, key, keys;
};

/// The first query of the tile that may attend to its key j, or to one after it.
template <class T>
std::int64_t first_query(const AttentionProblem<T>& p, const TileIndex& tile, std::int64_t j) {
  return std::clamp<std::int64_t>(p.first_query(tile.key + j) - tile.query, 0, tile.queries);
}
/// The first query of the Vector in which it is.
template <class T>
std::int64_t first_vector(const AttentionProblem<T>& p, const TileIndex& tile, std::int64_t j) {
  return first_query(p, tile, j) / Position<T>::kWidth * Position<T>::kWidth;
}
/// The number of keys of the tile to which its queries before `end` may attend.
template <class T>
std::int64_t keys_before(const AttentionProblem<T>& p, const TileIndex& tile, std::int64_t end) {
  return std::clamp<std::int64_t>(p.keys_before(tile.query + end) - tile.key, 0, tile.keys);
}

/// Calls f(task, memory) for all tasks, where each thread has memory of `numel` elements.
/// @param cost  of a task, in multiplications
template <class T, class F>
void for_each_task(std::int64_t tasks, std::int64_t cost, std::int64_t numel, const F& f) {
  if (tasks == 0) return;
  const std::int64_t threads = std::clamp<std::int64_t>(tasks * std::min(cost, kProductGrain) / kProductGrain,
                                                        1, std::min(tasks, max_threads()));
  Storage storage(Device::cpu(), static_cast<std::size_t>(threads * numel) * sizeof(T));
  T* const memory = reinterpret_cast<T*>(storage.data());
  parallel_for(threads, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t thread = begin; thread < end; ++thread) {
      for (std::int64_t task = tasks * thread / threads; task < tasks * (thread + 1) / threads; ++task)
        f(task, memory + thread * numel);
    }
  });
}

/// The rows of a head from `row` on.
template <class T>
Strided<T> matrix_of(const HeadRows<const T>& x, std::int64_t batch, std::int64_t head, std::int64_t row) {
  return {x.row(batch, head, row), x.row_stride, 1};
}
template <class T>
Strided<T> transposed(const Strided<T>& x) {
  return {x.data, x.column_stride, x.row_stride};
}

/// The queries of a tile, multiplied by the scale of scores, as columns.
template <class T>
Panels<T> scaled_queries(const AttentionProblem<T>& p, const TileIndex& tile, T* memory) {
  const Panels<T> queries(transposed(matrix_of(p.q, tile.batch, tile.head, tile.query)), p.width,
                          tile.queries, memory);
  const std::int64_t numel = Panels<T>::packed_numel(p.width, tile.queries);
  INDEPENDENT
  for (std::int64_t i = 0; i < numel; ++i) memory[i] *= p.scale;
  return queries;
}

/// s = the rows of keys or values of a tile times columns of queries. What causality excludes may stay as it
/// is.
template <class T>
void multiply_rows(const AttentionProblem<T>& p, const TileIndex& tile, const HeadRows<const T>& rows,
                   const Panels<T>& queries, T* s) {
  for_each_tile(tile.keys, queries, [&](std::int64_t key, std::int64_t keys, const Panel<T>& panel) {
    if (first_query(p, tile, key) >= panel.column + panel.columns) return;
    MicroKernels<T>::run(keys, ceil_div(panel.columns, ProductVector<T>::kLanes),
                         {.k = queries.terms(),
                          .chain = kSumUnit,
                          .a = rows.row(tile.batch, tile.kv_head, tile.key + key),
                          .a_row_stride = rows.row_stride,
                          .a_column_stride = 1,
                          .b = panel.data,
                          .b_row_stride = panel.row_stride,
                          .y = s + key * kQueryTile + panel.column,
                          .y_row_stride = kQueryTile,
                          .accumulate = false,
                          .prefetch = false});
  });
}

/// Where a task adds its products: rows of a result and, for long sums, of the rounding errors of these
/// additions.
template <class T>
struct AddedRows {
  T* data;
  std::int64_t row_stride;
  T* errors;  // null where sums are short
  std::int64_t errors_row_stride;

  AddedRows part(std::int64_t row, std::int64_t column) const {
    return {data + row * row_stride + column, row_stride,
            errors == nullptr ? nullptr : errors + row * errors_row_stride + column, errors_row_stride};
  }
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

/// y += the product of a tile, with the rounding errors of these additions.
template <class T>
void add_long_tile(std::int64_t rows, std::int64_t columns, TileProduct<T> product, const AddedRows<T>& y) {
  constexpr std::int64_t kColumns = MaxTile<T>::kColumns;
  alignas(64) T sums[MaxTile<T>::kRows * kColumns];
  product.y = sums, product.y_row_stride = kColumns, product.accumulate = false, product.chain = kExactChain;
  MicroKernels<T>::run(rows, ceil_div(columns, ProductVector<T>::kLanes), product);
  for (std::int64_t i = 0; i < rows; ++i) {
    T* const to = y.data + i * y.row_stride;
    T* const errors = y.errors + i * y.errors_row_stride;
    INDEPENDENT
    for (std::int64_t j = 0; j < columns; ++j)
      math::add_compensated(sums[i * kColumns + j], to[j], errors[j]);
  }
}

struct TermRange {
  std::int64_t begin, end;
};

/// y += a b, for m rows.
/// @param terms_of  terms_of(row, rows) is the range of the terms of these rows that are not 0
template <class T, class TermsOf>
void add_product(const Strided<T>& a, std::int64_t m, const Panels<T>& b, const AddedRows<T>& y,
                 const TermsOf& terms_of) {
  for_each_tile(m, b, [&](std::int64_t row, std::int64_t rows, const Panel<T>& panel) {
    const TermRange terms = terms_of(row, rows);
    if (terms.begin >= terms.end) return;
    const AddedRows<T> to = y.part(row, panel.column);
    const TileProduct<T> product{.k = terms.end - terms.begin,
                                 .chain = kSumUnit,
                                 .a = a.at(row, terms.begin),
                                 .a_row_stride = a.row_stride,
                                 .a_column_stride = a.column_stride,
                                 .b = panel.data + terms.begin * panel.row_stride,
                                 .b_row_stride = panel.row_stride,
                                 .y = to.data,
                                 .y_row_stride = to.row_stride,
                                 .accumulate = true,
                                 .prefetch = false};
    to.errors != nullptr ? add_long_tile(rows, panel.columns, product, to)
                         : multiply_tile(rows, panel.columns, product);
  });
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

/// Adds the mask to the scores of key j from query `first` on; those that it excludes become -inf.
template <class T>
void mask_row(const AttentionProblem<T>& p, const TileIndex& tile, std::int64_t j, std::int64_t first, T* s) {
  const std::int64_t begin = p.mask.offset(tile.batch, tile.head, tile.query, tile.key + j),
                     stride = p.mask.row_stride;
  if (p.mask.added != nullptr) {
    for (std::int64_t i = first; i < tile.queries; ++i) s[i] += p.mask.added[begin + i * stride];
  }
  if (p.mask.allowed != nullptr) {
    for (std::int64_t i = first; i < tile.queries; ++i)
      s[i] = p.mask.allowed[begin + i * stride] ? s[i] : -std::numeric_limits<T>::infinity();
  }
}

/// s = scale k qᵀ + mask. Scores that causality excludes are -inf, but before first_vector() 0, as their
/// weights.
template <class T>
void compute_scores(const AttentionProblem<T>& p, const TileIndex& tile, const Panels<T>& queries, T* s) {
  multiply_rows(p, tile, p.k, queries, s);
  for (std::int64_t j = 0; j < tile.keys; ++j) {
    T* const row = s + j * kQueryTile;
    const std::int64_t first = first_query(p, tile, j), vector = first_vector(p, tile, j);
    std::fill_n(row, vector, T(0));
    std::fill(row + vector, row + first, -std::numeric_limits<T>::infinity());
    mask_row(p, tile, j, first, row);
  }
}

/// Computes the factors [keys, kQueryTile] by which dropout multiplies weights: 0 or 1 / (1 - p).
template <class T>
void dropout_scale(const AttentionProblem<T>& p, const TileIndex& tile, T* factors) {
  for (std::int64_t i = 0; i < tile.queries; ++i) {
    const std::int64_t first = p.weight(tile.batch, tile.head, tile.query + i, tile.key), skip = first % 4;
    for (std::int64_t block = 0; 4 * block < skip + tile.keys; ++block) {
      const math::PhiloxBlock random_block =
          math::philox(p.random.seed, p.random.offset + static_cast<std::uint64_t>(first / 4 + block));
      for (std::int64_t w = 0; w < 4; ++w) {
        const std::int64_t j = 4 * block + w - skip;
        if (j < 0 || j >= tile.keys) continue;
        const float uniform = math::uniform_f32(random_block.word[w]);
        factors[j * kQueryTile + i] = uniform >= p.dropout_probability ? p.dropout_scale : T(0);
      }
    }
  }
}

}  // namespace tinytorch::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
