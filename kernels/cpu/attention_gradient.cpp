#include "core/ops/attention_kernels.h"

#include <algorithm>
#include <array>

#include "core/ops/creation.h"
#include "kernels/attention.h"
#include "kernels/cpu/parallel.h"
#include "kernels/math/random.h"
#include "kernels/register.h"

// Compiled once more for each instruction set; see kernels/cpu/targets.h.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/attention_gradient.cpp"
#include "kernels/cpu/targets.h"

#include <hwy/foreach_target.h>

#include <hwy/highway.h>

#include "kernels/cpu/attention-inl.h"
#include "kernels/cpu/reduce-inl.h"
#include "kernels/cpu/vector-inl.h"
#include "kernels/math/arithmetic-inl.h"
#include "kernels/math/math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace tinytorch::cpu::HWY_NAMESPACE {
namespace {

/// The operands of the gradient beyond AttentionProblem, and its results.
template <class T>
struct GradientOperands {
  HeadRows<const T> dy;
  const T *log_sum, *delta;  // delta: the sum of dy y along each row
  HeadRows<T> dq, dk, dv;
  HeadRows<T> dq_errors, dk_errors, dv_errors;  // null where sums are short
};

template <class T>
void compute_delta(const AttentionProblem<T>& p, const HeadRows<const T>& y, const HeadRows<const T>& dy,
                   T* delta) {
  const std::int64_t grain = kCheapGrain / std::max<std::int64_t>(1, p.value_width) + 1;
  parallel_for(p.batch * p.heads * p.queries, grain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const std::int64_t batch_head = i / p.queries, query = i % p.queries;
      const T* const y_row = y.row(batch_head / p.heads, batch_head % p.heads, query);
      const T* const dy_row = dy.row(batch_head / p.heads, batch_head % p.heads, query);
      const auto sums = sum_terms<1, T>(p.value_width, [=](const Position<T>& at) HWY_ATTR {
        return std::array{at.load(y_row) * at.load(dy_row)};
      });
      delta[i] = static_cast<T>(sums[0]);
    }
  });
}

/// The queries and the rows of dy of a tile as right operands: as columns, and as they are.
template <class T>
struct QueryOperands {
  Panels<T> scaled_columns, dy_columns, rows, dy_rows;

  static std::int64_t numel(const AttentionProblem<T>& p) {
    return Panels<T>::packed_numel(p.width, kQueryTile) + Panels<T>::packed_numel(p.value_width, kQueryTile) +
           Panels<T>::packed_numel(kQueryTile, p.width) + Panels<T>::packed_numel(kQueryTile, p.value_width);
  }
};

/// @param memory  of QueryOperands::numel() elements
template <class T>
QueryOperands<T> query_operands(const AttentionProblem<T>& p, const HeadRows<const T>& dy,
                                const TileIndex& tile, T* memory) {
  T* const dy_columns = memory + Panels<T>::packed_numel(p.width, kQueryTile);
  T* const rows = dy_columns + Panels<T>::packed_numel(p.value_width, kQueryTile);
  T* const dy_rows = rows + Panels<T>::packed_numel(kQueryTile, p.width);
  const auto rows_of = [&](const HeadRows<const T>& x) {
    return matrix_of(x, tile.batch, tile.head, tile.query);
  };
  return {scaled_queries(p, tile, memory),
          {transposed(rows_of(dy)), p.value_width, tile.queries, dy_columns},
          {rows_of(p.q), tile.queries, p.width, rows},
          {rows_of(dy), tile.queries, p.value_width, dy_rows}};
}

/// Replaces scores by the weights after dropout, and v dyᵀ by the gradient of k qᵀ.
template <class T>
void differentiate_scores(const AttentionProblem<T>& p, const TileIndex& tile, const T* log_sum,
                          const T* delta, T* s, T* ds) {
  using V = typename Position<T>::V;
  using math::fma;
  constexpr std::int64_t kWidth = Position<T>::kWidth;
  T shifts[kQueryTile] = {}, deltas[kQueryTile] = {}, factors[kKeyTile * kQueryTile];
  std::transform(log_sum, log_sum + tile.queries, shifts, softmax_shift<T>);
  std::copy_n(delta, tile.queries, deltas);
  if (p.has_dropout) dropout_scale(p, tile, factors);
  for (std::int64_t j = 0; j < tile.keys; ++j, s += kQueryTile, ds += kQueryTile) {
    const std::int64_t first = first_vector(p, tile, j);
    std::fill_n(ds, first, T(0));
    for (std::int64_t i = first; i < tile.queries; i += kWidth) {
      const Position<T> at{i, kWidth};
      const V weight = math::exp_to_normal(at.load(s) - at.load(shifts)),
              factor = p.has_dropout ? at.load(factors + j * kQueryTile) : V(1);
      at.store(weight * fma(at.load(ds), factor, -at.load(deltas)) * V(p.scale), ds);
      at.store(weight * factor, s);
    }
  }
}

/// The gradients that a task computes: all, dq (queries), or dk and dv (keys).
enum class GradientTarget { all, queries, keys };

/// Adds the contribution of one tile of scores to the gradients (FlashAttention-2, Dao 2023, algorithm 2).
/// @param memory  for the keys
template <class T>
void add_gradients(const AttentionProblem<T>& p, const GradientOperands<T>& g, const QueryOperands<T>& q,
                   const TileIndex& tile, GradientTarget target, T* memory) {
  alignas(64) T s[kKeyTile * kQueryTile], ds[kKeyTile * kQueryTile];
  const std::int64_t row = (tile.batch * p.heads + tile.head) * p.queries + tile.query;
  compute_scores(p, tile, q.scaled_columns, s);
  multiply_rows(p, tile, p.v, q.dy_columns, ds);
  differentiate_scores(p, tile, g.log_sum + row, g.delta + row, s, ds);
  if (target != GradientTarget::keys) {
    const Panels<T> keys(matrix_of(p.k, tile.batch, tile.kv_head, tile.key), tile.keys, p.width, memory);
    add_product({ds, 1, kQueryTile}, tile.queries, keys,
                added_rows(g.dq, g.dq_errors, tile.batch, tile.head, tile.query),
                [&](std::int64_t query, std::int64_t queries) {
                  return TermRange{0, keys_before(p, tile, query + queries)};
                });
  }
  if (target != GradientTarget::queries) {
    const auto queries_of = [&](std::int64_t key, std::int64_t /*keys*/) {
      return TermRange{first_query(p, tile, key), tile.queries};
    };
    add_product({s, kQueryTile, 1}, tile.keys, q.dy_rows,
                added_rows(g.dv, g.dv_errors, tile.batch, tile.kv_head, tile.key), queries_of);
    add_product({ds, kQueryTile, 1}, tile.keys, q.rows,
                added_rows(g.dk, g.dk_errors, tile.batch, tile.kv_head, tile.key), queries_of);
  }
}

/// The heads, queries and keys that a task processes tile by tile.
struct TaskRange {
  std::int64_t batch, kv_head, first_head, end_head, first_query, end_query, first_key, end_key;
};

/// Adds the rounding errors of long sums to the gradients of a task.
template <class T>
void correct_gradients(const AttentionProblem<T>& p, const GradientOperands<T>& g, const TaskRange& range,
                       GradientTarget target) {
  const std::int64_t keys = range.end_key - range.first_key;
  if (target != GradientTarget::queries) {
    correct_rows(added_rows(g.dk, g.dk_errors, range.batch, range.kv_head, range.first_key), keys, p.width);
    correct_rows(added_rows(g.dv, g.dv_errors, range.batch, range.kv_head, range.first_key), keys,
                 p.value_width);
  }
  for (std::int64_t head = range.first_head; target != GradientTarget::keys && head < range.end_head; ++head)
    correct_rows(added_rows(g.dq, g.dq_errors, range.batch, head, range.first_query),
                 range.end_query - range.first_query, p.width);
}

template <class T>
void clear_gradients(const AttentionProblem<T>& p, const GradientOperands<T>& g, const TaskRange& range,
                     GradientTarget target) {
  if (target != GradientTarget::queries) {
    zero_rows(g.dk, range.batch, range.kv_head, range.first_key, range.end_key, p.width);
    zero_rows(g.dv, range.batch, range.kv_head, range.first_key, range.end_key, p.value_width);
  }
  for (std::int64_t head = range.first_head; target != GradientTarget::keys && head < range.end_head; ++head)
    zero_rows(g.dq, range.batch, head, range.first_query, range.end_query, p.width);
}

/// Each element of a gradient is written by one task, and its terms are added in one order, for any
/// partition.
template <class T>
void compute_gradients(const AttentionProblem<T>& p, const GradientOperands<T>& g, const TaskRange& range,
                       GradientTarget target, T* memory) {
  clear_gradients(p, g, range, target);
  TileIndex tile{.batch = range.batch,
                 .head = 0,
                 .kv_head = range.kv_head,
                 .query = 0,
                 .queries = 0,
                 .key = 0,
                 .keys = 0};
  const std::int64_t begin = p.first_query(range.first_key) / kQueryTile * kQueryTile;
  for (tile.head = range.first_head; tile.head < range.end_head; ++tile.head) {
    for (tile.query = std::max(range.first_query, begin); tile.query < range.end_query;
         tile.query += kQueryTile) {
      tile.queries = std::min(kQueryTile, p.queries - tile.query);
      const QueryOperands<T> operands = query_operands(p, g.dy, tile, memory);
      const std::int64_t end_key = std::min(range.end_key, p.keys_before(tile.query + tile.queries));
      for (tile.key = range.first_key; tile.key < end_key; tile.key += kKeyTile) {
        tile.keys = std::min(kKeyTile, end_key - tile.key);
        add_gradients(p, g, operands, tile, target, memory + QueryOperands<T>::numel(p));
      }
    }
  }
  correct_gradients(p, g, range, target);
}

/// The range of a task: for all gradients a kv_head with the heads that share it; for keys, one tile of its
/// keys; for queries, one tile of the queries of one head.
template <class T>
TaskRange task_range(const AttentionProblem<T>& p, GradientTarget target, std::int64_t task) {
  const std::int64_t heads_per_kv_head = p.heads / p.kv_heads;
  TaskRange range{.batch = 0,
                  .kv_head = 0,
                  .first_head = 0,
                  .end_head = 0,
                  .first_query = 0,
                  .end_query = p.queries,
                  .first_key = 0,
                  .end_key = p.keys};
  if (target == GradientTarget::queries) {
    const std::int64_t tile = task % ceil_div(p.queries, kQueryTile),
                       batch_head = task / ceil_div(p.queries, kQueryTile);
    range.batch = batch_head / p.heads;
    range.first_head = batch_head % p.heads;
    range.end_head = range.first_head + 1;
    range.kv_head = p.kv_head(range.first_head);
    range.first_query = tile * kQueryTile;
    range.end_query = std::min(p.queries, range.first_query + kQueryTile);
    return range;
  }
  const std::int64_t key_tiles = target == GradientTarget::all ? 1 : ceil_div(p.keys, kKeyTile),
                     batch_head = task / key_tiles;
  range.batch = batch_head / p.kv_heads;
  range.kv_head = batch_head % p.kv_heads;
  range.first_head = range.kv_head * heads_per_kv_head;
  range.end_head = range.first_head + heads_per_kv_head;
  if (target == GradientTarget::keys) {
    range.first_key = task % key_tiles * kKeyTile;
    range.end_key = std::min(p.keys, range.first_key + kKeyTile);
  }
  return range;
}

template <class T>
void compute_all_gradients(const AttentionProblem<T>& p, const GradientOperands<T>& g, GradientTarget target,
                           std::int64_t tasks) {
  const std::int64_t work =
      p.batch * p.heads * p.queries * p.keys * (p.width + p.value_width) / std::max<std::int64_t>(1, tasks);
  const std::int64_t numel =
      QueryOperands<T>::numel(p) +
      (target == GradientTarget::keys ? 0 : Panels<T>::packed_numel(kKeyTile, p.width));
  for_each_task<T>(tasks, work, numel, [&](std::int64_t task, T* memory) {
    compute_gradients(p, g, task_range(p, target, task), target, memory);
  });
}

/// A task for each kv_head takes five products a tile. Where that leaves threads idle, dq is computed apart
/// from dk and dv, with a task for each tile: seven products, and the same bits.
template <class T>
void attention_gradient_typed(const AttentionProblem<T>& p, const GradientOperands<T>& g) {
  const std::int64_t planes = p.batch * p.kv_heads, threads = max_threads();
  if (5 * ceil_div(planes, threads) * threads <= 7 * planes)
    return compute_all_gradients(p, g, GradientTarget::all, planes);
  compute_all_gradients(p, g, GradientTarget::queries, p.batch * p.heads * ceil_div(p.queries, kQueryTile));
  compute_all_gradients(p, g, GradientTarget::keys, planes * ceil_div(p.keys, kKeyTile));
}

void attention_gradient(const Tensor& q, const Tensor& k, const Tensor& v, const Tensor& y,
                        const Tensor& log_sum, const Tensor& dy, const kernels::AttentionSettings& settings,
                        Tensor& dq, Tensor& dk, Tensor& dv) {
  Tensor delta = empty_like(log_sum);
  dispatch<FloatingTypes>(q.dtype(), [&]<class T>() {
    const AttentionProblem<T> problem = attention_problem<T>(q, k, v, settings);
    compute_delta(problem, head_rows<T>(y), head_rows<T>(dy), delta.data<T>());
    const std::int64_t queries = problem.queries * problem.heads / problem.kv_heads;
    Tensor dq_errors = errors_of<T>(dq, has_long_sums<T>(problem.keys)),
           dk_errors = errors_of<T>(dk, has_long_sums<T>(queries)),
           dv_errors = errors_of<T>(dv, has_long_sums<T>(queries));
    const GradientOperands<T> rows{.dy = head_rows<T>(dy),
                                   .log_sum = log_sum.data<T>(),
                                   .delta = delta.data<T>(),
                                   .dq = head_rows<T>(dq),
                                   .dk = head_rows<T>(dk),
                                   .dv = head_rows<T>(dv),
                                   .dq_errors = error_rows<T>(dq_errors),
                                   .dk_errors = error_rows<T>(dk_errors),
                                   .dv_errors = error_rows<T>(dv_errors)};
    attention_gradient_typed(problem, rows);
  });
}

void register_attention_gradient_kernels() {
  kernels::attention_gradient.set(DeviceType::cpu, attention_gradient);
}

}  // namespace
}  // namespace tinytorch::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tinytorch::cpu {
HWY_EXPORT(register_attention_gradient_kernels);
void register_attention_gradient() { HWY_DYNAMIC_DISPATCH(register_attention_gradient_kernels)(); }
}  // namespace tinytorch::cpu
#endif
