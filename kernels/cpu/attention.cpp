#include "core/ops/attention_kernels.h"

#include <cmath>

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

/// The state of the online softmax of a row: the sums so far are of exp(score - maximum).
template <class T>
struct RowState {
  T maximum = -std::numeric_limits<T>::infinity();
  double sum = 0;
};

/// Turns a row of scores into weights relative to the maximum so far, which may grow; y's row follows it.
template <class T>
void take_row(const AttentionProblem<T>& p, const TilePlace& at, std::int64_t i, T* s, RowState<T>& state,
              T* y) {
  const T before = state.maximum;
  const T maximum = fold_row<ExtremeFold<T, math::Greater>>(s, 1, at.keys);
  state.maximum = maximum > before || maximum != maximum ? maximum : before;
  const T shift = softmax_shift(state.maximum);
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
  if (!p.has_dropout) return;
  T factor[kKeyTile];
  make_factors(p, at, i, factor);
  INDEPENDENT
  for (std::int64_t j = 0; j < at.keys; ++j) s[j] *= factor[j];
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
      take_row(p, at, i, s + i * at.keys, states[i], to + i * y.row_stride);
    add_product(for_queries<T>(at, s, p.v, p.value_width, to), y.row_stride);
  }
  for (std::int64_t i = 0; i < at.queries; ++i) {
    const double sum = states[i].sum;
    log_sum[i] = states[i].maximum + static_cast<T>(std::log(sum));
    if (sum == 0) continue;
    const T factor = static_cast<T>(1 / sum);
    INDEPENDENT
    for (std::int64_t d = 0; d < p.value_width; ++d) to[i * y.row_stride + d] *= factor;
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
                 [[maybe_unused]] const OneThread alone;
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

void register_kernels() { kernels::attention.set(DeviceType::cpu, attention); }

}  // namespace
}  // namespace tinytorch::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tinytorch::cpu {
HWY_EXPORT(register_kernels);
void register_attention() { HWY_DYNAMIC_DISPATCH(register_kernels)(); }
}  // namespace tinytorch::cpu
#endif
