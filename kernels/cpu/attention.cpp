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
#include "kernels/cpu/reduce-inl.h"
#include "kernels/cpu/vector-inl.h"
#include "kernels/math/arithmetic-inl.h"
#include "kernels/math/math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace tinytorch::cpu::HWY_NAMESPACE {
namespace {

/// The online softmax of a row so far: the sum is that of exp(score - maximum).
template <class T>
struct OnlineSoftmaxState {
  T maximum = -std::numeric_limits<T>::infinity();
  double sum = 0;
};

template <class T>
void rescale_row(T* row, std::int64_t width, T factor) {
  INDEPENDENT
  for (std::int64_t d = 0; d < width; ++d) row[d] *= factor;
}

/// Updates the online softmax by a row of scores, which become weights relative to the new maximum; y's row i
/// is rescaled to it.
template <class T>
void update_row(const AttentionProblem<T>& p, const TileIndex& tile, std::int64_t i, T* s,
                OnlineSoftmaxState<T>& state, const AddedRows<T>& y) {
  const T previous = state.maximum;
  const T maximum = fold_row<ExtremeFold<T, math::Greater>>(s, 1, tile.keys);
  state.maximum = maximum > previous || maximum != maximum ? maximum : previous;
  const T shift = softmax_shift(state.maximum);
  INDEPENDENT
  for (std::int64_t j = 0; j < tile.keys; ++j) s[j] = math::Exp{}(s[j] - shift);
  const double sum = fold_row<SumFold<T>>(s, 1, tile.keys);
  if (state.maximum == previous) {
    state.sum += sum;
  } else {
    const T rescale = math::Exp{}(previous - shift);
    state.sum = state.sum * rescale + sum;
    rescale_row(y.data + i * y.row_stride, p.value_width, rescale);
    if (y.errors != nullptr) rescale_row(y.errors + i * y.errors_row_stride, p.value_width, rescale);
  }
  if (!p.has_dropout) return;
  T factor[kKeyTile];
  dropout_scale(p, tile, i, factor);
  INDEPENDENT
  for (std::int64_t j = 0; j < tile.keys; ++j) s[j] *= factor[j];
}

/// Computes the output and log-sums of one tile of queries (FlashAttention-2, Dao 2023, algorithm 1).
template <class T>
void attend(const AttentionProblem<T>& p, TileIndex tile, T* log_sum, const AddedRows<T>& y) {
  alignas(64) T s[kQueryTile * kKeyTile];
  OnlineSoftmaxState<T> states[kQueryTile];
  for (std::int64_t i = 0; i < tile.queries; ++i) std::fill_n(y.data + i * y.row_stride, p.value_width, T(0));
  const std::int64_t keys = p.keys_before(tile.query + tile.queries);
  for (tile.key = 0; tile.key < keys; tile.key += kKeyTile) {
    tile.keys = std::min(kKeyTile, keys - tile.key);
    compute_scores(p, tile, s);
    for (std::int64_t i = 0; i < tile.queries; ++i) update_row(p, tile, i, s + i * tile.keys, states[i], y);
    add_product(tile_times_rows<T>(tile, s, p.v, p.value_width), y);
  }
  correct_rows(y, tile.queries, p.value_width);
  for (std::int64_t i = 0; i < tile.queries; ++i) {
    const double sum = states[i].sum;
    log_sum[i] = states[i].maximum + static_cast<T>(std::log(sum));
    if (sum == 0) continue;
    rescale_row(y.data + i * y.row_stride, p.value_width, static_cast<T>(1 / sum));
  }
}

/// Tiles of queries are independent tasks.
template <class T>
void attention_typed(const AttentionProblem<T>& p, Tensor& log_sum, Tensor& y) {
  Tensor errors = errors_of<T>(y, has_long_sums<T>(p.keys));
  const HeadRows<T> rows = head_rows<T>(y), errors_of_rows = error_rows<T>(errors);
  T* const log_sums = log_sum.data<T>();
  const std::int64_t tiles_per_head = ceil_div(p.queries, kQueryTile);
  const std::int64_t work = std::min(p.queries, kQueryTile) * p.keys * (p.width + p.value_width);
  parallel_for(p.batch * p.heads * tiles_per_head, kProductGrain / std::max<std::int64_t>(1, work) + 1,
               [&](std::int64_t begin, std::int64_t end) {
                 [[maybe_unused]] const SingleThreadScope single_thread;
                 for (std::int64_t task = begin; task < end; ++task) {
                   const std::int64_t batch_head = task / tiles_per_head,
                                      query = task % tiles_per_head * kQueryTile;
                   const std::int64_t head = batch_head % p.heads;
                   attend(p,
                          {.batch = batch_head / p.heads,
                           .head = head,
                           .kv_head = p.kv_head(head),
                           .query = query,
                           .queries = std::min(kQueryTile, p.queries - query),
                           .key = 0,
                           .keys = 0},
                          log_sums + batch_head * p.queries + query,
                          added_rows(rows, errors_of_rows, batch_head / p.heads, head, query));
                 }
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
