#include "core/ops/attention_kernels.h"

#include <cmath>

#include "kernels/attention.h"
#include "kernels/cpu/parallel.h"
#include "kernels/math/random.h"
#include "kernels/register.h"

// Compiled once more for each instruction set; see kernels/cpu/targets.h.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/attention.cpp"
#include "kernels/cpu/targets.h"

#include <hwy/foreach_target.h>

#include <hwy/highway.h>

#include "kernels/cpu/attention-inl.h"
#include "kernels/cpu/vector-inl.h"
#include "kernels/math/arithmetic-inl.h"
#include "kernels/math/math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace tinytorch::cpu::HWY_NAMESPACE {
namespace {

/// The online softmax of the queries of a tile so far.
template <class T>
struct OnlineSoftmax {
  alignas(64) T maximum[kQueryTile];
  alignas(64) T rescale[kQueryTile];  // by which the last update has multiplied earlier weights
  double sum[kQueryTile] = {};        // of exp(score - maximum)

  OnlineSoftmax() { std::fill_n(maximum, kQueryTile, -std::numeric_limits<T>::infinity()); }
};

/// Calls f(position, row) for the scores of keys [begin, end) that causality does not exclude, as Vectors of
/// queries.
template <class T, class F>
HWY_INLINE void for_each_score(const AttentionProblem<T>& p, const TileIndex& tile, std::int64_t begin,
                               std::int64_t end, T* s, const F& f) {
  constexpr std::int64_t kWidth = Position<T>::kWidth;
  for (std::int64_t j = begin; j < end; ++j) {
    for (std::int64_t i = first_vector(p, tile, j); i < tile.queries; i += kWidth)
      f(Position<T>{i, kWidth}, s + j * kQueryTile);
  }
}

/// Updates the maxima by a tile of scores.
/// @param shifts  receives what is to be subtracted from scores
template <class T>
void update_maxima(const AttentionProblem<T>& p, const TileIndex& tile, T* s, OnlineSoftmax<T>& state,
                   T* shifts) {
  using V = typename Position<T>::V;
  using math::select;
  constexpr std::int64_t kWidth = Position<T>::kWidth;
  T previous[kQueryTile];
  std::copy_n(state.maximum, kQueryTile, previous);
  for_each_score(p, tile, 0, tile.keys, s, [&](const Position<T>& at, const T* row) HWY_ATTR {
    const V score = at.load(row), maximum = at.load(state.maximum);
    at.store(select(score > maximum, score, maximum), state.maximum);  // the weight of NaN will be NaN
  });
  for (std::int64_t i = 0; i < tile.queries; i += kWidth) {
    const Position<T> at{i, kWidth};
    const V maximum = at.load(state.maximum),
            shift = select(maximum == V(-std::numeric_limits<T>::infinity()), V(0), maximum);
    at.store(shift, shifts);
    at.store(math::exp_to_normal(at.load(previous) - shift), state.rescale);
  }
}

/// Updates the online softmax by a tile of scores, which become weights relative to the new maximum.
template <class T>
void update_softmax(const AttentionProblem<T>& p, const TileIndex& tile, T* s, OnlineSoftmax<T>& state) {
  using V = typename Position<T>::V;
  constexpr std::int64_t kChain = 32;
  alignas(64) T shifts[kQueryTile];
  update_maxima(p, tile, s, state, shifts);
  for (std::int64_t i = 0; i < tile.queries; ++i) state.sum[i] *= static_cast<double>(state.rescale[i]);
  for (std::int64_t j = 0; j < tile.keys; j += kChain) {
    alignas(64) T sums[kQueryTile] = {};
    for_each_score(p, tile, j, std::min(j + kChain, tile.keys), s,
                   [&](const Position<T>& at, T* row) HWY_ATTR {
                     const V weight = math::exp_to_normal(at.load(row) - at.load(shifts));
                     at.store(weight, row);
                     at.store(at.load(sums) + weight, sums);
                   });
    for (std::int64_t i = 0; i < tile.queries; ++i) state.sum[i] += static_cast<double>(sums[i]);
  }
}

template <class T>
void rescale_row(T* row, std::int64_t width, T factor) {
  INDEPENDENT
  for (std::int64_t d = 0; d < width; ++d) row[d] *= factor;
}

/// Multiplies the rows by what the last update has multiplied earlier weights by.
template <class T>
void rescale_rows(const AttentionProblem<T>& p, const TileIndex& tile, const OnlineSoftmax<T>& state,
                  const AddedRows<T>& y) {
  for (std::int64_t i = 0; i < tile.queries; ++i) {
    if (state.rescale[i] == T(1)) continue;
    const AddedRows<T> row = y.part(i, 0);
    rescale_row(row.data, p.value_width, state.rescale[i]);
    if (row.errors != nullptr) rescale_row(row.errors, p.value_width, state.rescale[i]);
  }
}

/// Multiplies weights by the factors of dropout.
template <class T>
void drop(const AttentionProblem<T>& p, const TileIndex& tile, T* s) {
  T factors[kKeyTile * kQueryTile];
  dropout_scale(p, tile, factors);
  for (std::int64_t j = 0; j < tile.keys; ++j) {
    for (std::int64_t i = 0; i < tile.queries; ++i) s[j * kQueryTile + i] *= factors[j * kQueryTile + i];
  }
}

/// y += the weights of a tile times its values. For few queries, packing values would cost more than it
/// saves; otherwise they are packed panel by panel, which stays in the L1 cache.
/// @param memory  for a panel
template <class T>
void add_values(const AttentionProblem<T>& p, const TileIndex& tile, const T* weights, T* memory,
                const AddedRows<T>& y) {
  constexpr std::int64_t kColumns = MaxTile<T>::kColumns;
  const auto terms_of = [&](std::int64_t row, std::int64_t rows) {
    return TermRange{0, keys_before(p, tile, row + rows)};
  };
  const Strided<T> a{weights, 1, kQueryTile}, values = matrix_of(p.v, tile.batch, tile.kv_head, tile.key);
  if (p.queries <= 4 * MaxTile<T>::kRows && Panels<T>::is_readable(values, p.value_width))
    return add_product(a, tile.queries, {values, tile.keys, p.value_width}, y, terms_of);
  for (std::int64_t column = 0; column < p.value_width; column += kColumns) {
    const std::int64_t columns = std::min(kColumns, p.value_width - column);
    add_product(a, tile.queries, {values.part(0, column), tile.keys, columns, memory}, y.part(0, column),
                terms_of);
  }
}

/// Divides the rows by the sums of their weights.
template <class T>
void finish_rows(const AttentionProblem<T>& p, const TileIndex& tile, const OnlineSoftmax<T>& state,
                 T* log_sum, const AddedRows<T>& y) {
  correct_rows(y, tile.queries, p.value_width);
  for (std::int64_t i = 0; i < tile.queries; ++i) {
    const double sum = state.sum[i];
    log_sum[i] = state.maximum[i] + static_cast<T>(std::log(sum));
    if (sum != 0) rescale_row(y.data + i * y.row_stride, p.value_width, static_cast<T>(1 / sum));
  }
}

/// Computes the output and log-sums of one tile of queries (FlashAttention-2, Dao 2023, algorithm 1).
template <class T>
void attend(const AttentionProblem<T>& p, TileIndex tile, T* memory, T* log_sum, const AddedRows<T>& y) {
  alignas(64) T s[kKeyTile * kQueryTile];
  OnlineSoftmax<T> state;
  for (std::int64_t i = 0; i < tile.queries; ++i) std::fill_n(y.data + i * y.row_stride, p.value_width, T(0));
  const Panels<T> queries = scaled_queries(p, tile, memory);
  const std::int64_t keys = p.keys_before(tile.query + tile.queries);
  for (tile.key = 0; tile.key < keys; tile.key += kKeyTile) {
    tile.keys = std::min(kKeyTile, keys - tile.key);
    compute_scores(p, tile, queries, s);
    update_softmax(p, tile, s, state);
    rescale_rows(p, tile, state, y);
    if (p.has_dropout) drop(p, tile, s);
    add_values(p, tile, s, memory + Panels<T>::packed_numel(p.width, kQueryTile), y);
  }
  finish_rows(p, tile, state, log_sum, y);
}

/// Tiles of queries are independent tasks.
template <class T>
void attention_typed(const AttentionProblem<T>& p, Tensor& log_sum, Tensor& y) {
  Tensor errors = errors_of<T>(y, has_long_sums<T>(p.keys));
  const HeadRows<T> rows = head_rows<T>(y), errors_of_rows = error_rows<T>(errors);
  T* const log_sums = log_sum.data<T>();
  const std::int64_t tiles = ceil_div(p.queries, kQueryTile),
                     cost = std::min(p.queries, kQueryTile) * p.keys * (p.width + p.value_width),
                     numel = Panels<T>::packed_numel(p.width, kQueryTile) +
                             Panels<T>::packed_numel(kKeyTile, MaxTile<T>::kColumns);
  for_each_task<T>(p.batch * p.heads * tiles, cost, numel, [&](std::int64_t task, T* memory) {
    const std::int64_t plane = task / tiles, query = task % tiles * kQueryTile, batch = plane / p.heads,
                       head = plane % p.heads;
    attend(p,
           {.batch = batch,
            .head = head,
            .kv_head = p.kv_head(head),
            .query = query,
            .queries = std::min(kQueryTile, p.queries - query),
            .key = 0,
            .keys = 0},
           memory, log_sums + plane * p.queries + query,
           added_rows(rows, errors_of_rows, batch, head, query));
  });
}

void attention(const Tensor& q, const Tensor& k, const Tensor& v, const kernels::AttentionSettings& settings,
               Tensor& log_sum, Tensor& y) {
  dispatch<FloatingTypes>(
      q.dtype(), [&]<class T>() { attention_typed(attention_problem<T>(q, k, v, settings), log_sum, y); });
}

void register_attention_kernels() { kernels::attention.set(DeviceType::cpu, attention); }

}  // namespace
}  // namespace tinytorch::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tinytorch::cpu {
HWY_EXPORT(register_attention_kernels);
void register_attention() { HWY_DYNAMIC_DISPATCH(register_attention_kernels)(); }
}  // namespace tinytorch::cpu
#endif
