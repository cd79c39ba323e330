#include "core/ops/attention.h"

#include <cmath>

#include "core/ops/activation.h"
#include "kernels/attention.h"
#include "kernels/cpu/parallel.h"
#include "kernels/math/arithmetic.h"
#include "kernels/math/math.h"
#include "kernels/math/random.h"
#include "kernels/register.h"

// Once more for each instruction set; see kernels/cpu/targets.h.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/attention.cpp"
#include "kernels/cpu/targets.h"

#include <hwy/foreach_target.h>

#include <hwy/highway.h>

#include "kernels/cpu/attention-inl.h"
#include "kernels/cpu/reduce-inl.h"

HWY_BEFORE_NAMESPACE();
namespace tinytorch::cpu::HWY_NAMESPACE {
namespace {

std::int64_t tiles(std::int64_t count, std::int64_t each) { return (count + each - 1) / each; }

/// The state of the online softmax of a row: the sums so far are of exp(score - maximum).
template <class T>
struct RowState {
  T maximum = -std::numeric_limits<T>::infinity();
  double sum = 0;
};

/// What is subtracted from scores before exp: the maximum, unless all are -inf.
template <class T>
T shift_of(T maximum) {
  return maximum == -std::numeric_limits<T>::infinity() ? T(0) : maximum;
}

/// Turns a row of scores into weights relative to the maximum so far, which may grow; y's row follows it.
template <class T>
void take_row(const AttentionProblem<T>& p, const TilePlace& at, std::int64_t i, T* s, RowState<T>& state,
              T* y) {
  const T before = state.maximum;
  const T maximum = fold_row<ExtremeFold<T, math::Greater>>(s, 1, at.keys);
  state.maximum = maximum > before || maximum != maximum ? maximum : before;
  const T shift = shift_of(state.maximum);
  INDEPENDENT
  for (std::int64_t j = 0; j < at.keys; ++j) s[j] = math::Exp{}(s[j] - shift);
  const double sum = fold_row<SumFold<T>>(s, 1, at.keys);
  if (state.maximum == before) {
    state.sum += sum;
  } else {
    const T shrink = math::Exp{}(before - shift);
    state.sum = state.sum * shrink + sum;
    INDEPENDENT
    for (std::int64_t d = 0; d < p.value_width; ++d) y[d] *= shrink;
  }
  if (!p.drops) return;
  T factor[kKeyTile];
  make_factors(p, at, i, factor);
  INDEPENDENT
  for (std::int64_t j = 0; j < at.keys; ++j) s[j] *= factor[j];
}

/// A tile [queries, keys] times so many columns of the keys' or values' rows.
template <class T>
Product<T> for_queries(const TilePlace& at, const T* tile, const HeadRows<const T>& rows, std::int64_t width,
                       T* y) {
  return {.m = at.queries,
          .n = width,
          .k = at.keys,
          .a = tile,
          .a_row = at.keys,
          .a_column = 1,
          .b = rows.row(at.batch, at.kv_head, at.key),
          .b_row = rows.row_step,
          .b_column = 1,
          .y = y};
}

/// The output and log-sums of one tile of queries (Dao 2023, algorithm 1).
template <class T>
void attend(const AttentionProblem<T>& p, TilePlace at, T* log_sum, const HeadRows<T>& y) {
  alignas(64) T s[kQueryTile * kKeyTile];
  RowState<T> states[kQueryTile];
  T* const to = y.row(at.batch, at.head, at.query);
  zero_rows(y, at.batch, at.head, at.query, at.query + at.queries, p.value_width);
  const std::int64_t keys = p.keys_before(at.query + at.queries);
  for (at.key = 0; at.key < keys; at.key += kKeyTile) {
    at.keys = std::min(kKeyTile, keys - at.key);
    make_scores(p, at, s);
    for (std::int64_t i = 0; i < at.queries; ++i)
      take_row(p, at, i, s + i * at.keys, states[i], to + i * y.row_step);
    add_product(for_queries<T>(at, s, p.v, p.value_width, to), y.row_step);
  }
  for (std::int64_t i = 0; i < at.queries; ++i) {
    const double sum = states[i].sum;
    log_sum[i] = states[i].maximum + static_cast<T>(std::log(sum));
    if (sum == 0) continue;
    const T factor = static_cast<T>(1 / sum);
    INDEPENDENT
    for (std::int64_t d = 0; d < p.value_width; ++d) to[i * y.row_step + d] *= factor;
  }
}

/// Each tile of queries by itself.
template <class T>
void attention_typed(const AttentionProblem<T>& p, Tensor& log_sum, Tensor& y) {
  const HeadRows<T> rows = head_rows<T>(y);
  T* const sums = log_sum.data<T>();
  const std::int64_t a_head = tiles(p.queries, kQueryTile);
  const std::int64_t work = std::min(p.queries, kQueryTile) * p.keys * (p.width + p.value_width);
  parallel_for(p.batch * p.heads * a_head, kProductGrain / std::max<std::int64_t>(1, work) + 1,
               [&](std::int64_t begin, std::int64_t end) {
                 for (std::int64_t task = begin; task < end; ++task) {
                   const std::int64_t place = task / a_head, query = task % a_head * kQueryTile;
                   const std::int64_t head = place % p.heads;
                   attend(p,
                          {.batch = place / p.heads,
                           .head = head,
                           .kv_head = p.kv_head(head),
                           .query = query,
                           .queries = std::min(kQueryTile, p.queries - query),
                           .key = 0,
                           .keys = 0},
                          sums + place * p.queries + query, rows);
                 }
               });
}

void attention(const Tensor& q, const Tensor& k, const Tensor& v, const kernels::AttentionSettings& settings,
               Tensor& log_sum, Tensor& y) {
  dispatch<FloatingTypes>(
      q.dtype(), [&]<class T>() { attention_typed(attention_problem<T>(q, k, v, settings), log_sum, y); });
}

/// The further operands of the gradient and its results.
template <class T>
struct GradientRows {
  HeadRows<const T> y, dy;
  const T* log_sum;
  HeadRows<T> dq, dk, dv;
};

/// Turns a row of scores into dropped-out weights, and one of dy vᵀ into the gradient of the products q kᵀ.
template <class T>
void differentiate_row(const AttentionProblem<T>& p, const TilePlace& at, std::int64_t i, T log_sum, T delta,
                       T* s, T* ds) {
  T factor[kKeyTile];
  make_factors(p, at, i, factor);
  const T shift = shift_of(log_sum), scale = p.scale;
  INDEPENDENT
  for (std::int64_t j = 0; j < at.keys; ++j) {
    const T weight = math::Exp{}(s[j] - shift);
    ds[j] = weight * (ds[j] * factor[j] - delta) * scale;
    s[j] = weight * factor[j];
  }
}

/// What one tile of scores adds to the gradients (Dao 2023, algorithm 2).
template <class T>
void add_gradients(const AttentionProblem<T>& p, const GradientRows<T>& g, const TilePlace& at) {
  alignas(64) T s[kQueryTile * kKeyTile], ds[kQueryTile * kKeyTile];
  const T* const dy = g.dy.row(at.batch, at.head, at.query);
  make_scores(p, at, s);
  multiply_rows(dy, g.dy.row_step, at.queries, p.v.row(at.batch, at.kv_head, at.key), p.v.row_step, at.keys,
                p.value_width, ds);
  for (std::int64_t i = 0; i < at.queries; ++i) {
    const std::int64_t query = at.query + i;
    const T* y = g.y.row(at.batch, at.head, query);
    double delta = 0;
    for (std::int64_t d = 0; d < p.value_width; ++d)
      delta += static_cast<double>(y[d]) * dy[i * g.dy.row_step + d];
    differentiate_row(p, at, i, g.log_sum[(at.batch * p.heads + at.head) * p.queries + query],
                      static_cast<T>(delta), s + i * at.keys, ds + i * at.keys);
  }
  const auto for_keys = [&](const T* tile, const T* rows, std::int64_t row_step, std::int64_t width, T* to) {
    return Product<T>{.m = at.keys,
                      .n = width,
                      .k = at.queries,
                      .a = tile,
                      .a_row = 1,
                      .a_column = at.keys,
                      .b = rows,
                      .b_row = row_step,
                      .b_column = 1,
                      .y = to};
  };
  add_product(for_keys(s, dy, g.dy.row_step, p.value_width, g.dv.row(at.batch, at.kv_head, at.key)),
              g.dv.row_step);
  add_product(for_keys(ds, p.q.row(at.batch, at.head, at.query), p.q.row_step, p.width,
                       g.dk.row(at.batch, at.kv_head, at.key)),
              g.dk.row_step);
  add_product(for_queries<T>(at, ds, p.k, p.width, g.dq.row(at.batch, at.head, at.query)), g.dq.row_step);
}

/// All that shares one head of keys and values, tile after tile: each gradient has one writer.
template <class T>
void differentiate_kv_head(const AttentionProblem<T>& p, const GradientRows<T>& g, std::int64_t batch,
                           std::int64_t kv_head) {
  const std::int64_t group = p.heads / p.kv_heads;
  const std::int64_t first = kv_head * group, end = first + group;
  for (std::int64_t head = first; head < end; ++head) zero_rows(g.dq, batch, head, 0, p.queries, p.width);
  zero_rows(g.dk, batch, kv_head, 0, p.keys, p.width);
  zero_rows(g.dv, batch, kv_head, 0, p.keys, p.value_width);
  for (std::int64_t key = 0; key < p.keys; key += kKeyTile) {
    const std::int64_t first_query = p.first_query(key) / kQueryTile * kQueryTile;
    for (std::int64_t head = first; head < end; ++head) {
      for (std::int64_t query = first_query; query < p.queries; query += kQueryTile) {
        add_gradients(p, g,
                      {.batch = batch,
                       .head = head,
                       .kv_head = kv_head,
                       .query = query,
                       .queries = std::min(kQueryTile, p.queries - query),
                       .key = key,
                       .keys = std::min(kKeyTile, p.keys - key)});
      }
    }
  }
}

void attention_gradient(const Tensor& q, const Tensor& k, const Tensor& v, const Tensor& y,
                        const Tensor& log_sum, const Tensor& dy, const kernels::AttentionSettings& settings,
                        Tensor& dq, Tensor& dk, Tensor& dv) {
  dispatch<FloatingTypes>(q.dtype(), [&]<class T>() {
    const AttentionProblem<T> p = attention_problem<T>(q, k, v, settings);
    const GradientRows<T> g{.y = head_rows<T>(y),
                            .dy = head_rows<T>(dy),
                            .log_sum = log_sum.data<T>(),
                            .dq = head_rows<T>(dq),
                            .dk = head_rows<T>(dk),
                            .dv = head_rows<T>(dv)};
    const std::int64_t work = p.heads / p.kv_heads * p.queries * p.keys * (p.width + p.value_width);
    parallel_for(p.batch * p.kv_heads, kProductGrain / std::max<std::int64_t>(1, work) + 1,
                 [&](std::int64_t begin, std::int64_t end) {
                   for (std::int64_t task = begin; task < end; ++task)
                     differentiate_kv_head(p, g, task / p.kv_heads, task % p.kv_heads);
                 });
  });
}

void register_kernels() {
  constexpr auto kCpu = DeviceType::cpu;
  kernels::attention.set(kCpu, attention);
  kernels::attention_gradient.set(kCpu, attention_gradient);
}

}  // namespace
}  // namespace tinytorch::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tinytorch::cpu {
HWY_EXPORT(register_kernels);
void register_attention() { HWY_DYNAMIC_DISPATCH(register_kernels)(); }
}  // namespace tinytorch::cpu
#endif
