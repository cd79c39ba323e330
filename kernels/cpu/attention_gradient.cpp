#include "core/ops/attention_kernels.h"

#include <cmath>

#include "core/ops/creation.h"
#include "kernels/attention.h"
#include "kernels/cpu/parallel.h"
#include "kernels/math/arithmetic.h"
#include "kernels/math/math.h"
#include "kernels/math/random.h"
#include "kernels/register.h"

// Once more for each instruction set; see kernels/cpu/targets.h.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/attention_gradient.cpp"
#include "kernels/cpu/targets.h"

#include <hwy/foreach_target.h>

#include <hwy/highway.h>

#include "kernels/cpu/attention-inl.h"

HWY_BEFORE_NAMESPACE();
namespace tinytorch::cpu::HWY_NAMESPACE {
namespace {

/// The further operands of the gradient and its results.
template <class T>
struct GradientRows {
  HeadRows<const T> dy;
  const T *log_sum, *delta;  // delta: the sum of dy y along each row
  HeadRows<T> dq, dk, dv;
};

template <class T>
void make_delta(const AttentionProblem<T>& p, const HeadRows<const T>& y, const HeadRows<const T>& dy,
                T* delta) {
  const std::int64_t grain = kCheapGrain / std::max<std::int64_t>(1, p.value_width) + 1;
  parallel_for(p.batch * p.heads * p.queries, grain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const std::int64_t plane = i / p.queries, query = i % p.queries;
      const T* const y_row = y.row(plane / p.heads, plane % p.heads, query);
      const T* const dy_row = dy.row(plane / p.heads, plane % p.heads, query);
      double sum = 0;
      for (std::int64_t d = 0; d < p.value_width; ++d) sum += static_cast<double>(y_row[d]) * dy_row[d];
      delta[i] = static_cast<T>(sum);
    }
  });
}

/// Turns a row of scores into dropped-out weights, and one of dy vᵀ into the gradient of the products q kᵀ.
template <class T>
void differentiate_row(const AttentionProblem<T>& p, const TilePlace& at, std::int64_t i, T log_sum, T delta,
                       T* s, T* ds) {
  T factor[kKeyTile];
  make_factors(p, at, i, factor);
  const T shift = softmax_shift(log_sum), scale = p.scale;
  INDEPENDENT
  for (std::int64_t j = 0; j < at.keys; ++j) {
    const T weight = math::Exp{}(s[j] - shift);
    ds[j] = weight * (ds[j] * factor[j] - delta) * scale;
    s[j] = weight * factor[j];
  }
}

/// The transpose of such a tile times so many columns of the queries' or the output's rows.
template <class T>
Product<T> for_keys(const TilePlace& at, const T* tile, const HeadRows<const T>& rows, std::int64_t width,
                    T* y) {
  return {.m = at.keys,
          .n = width,
          .k = at.queries,
          .a = tile,
          .a_row_stride = 1,
          .a_column_stride = at.keys,
          .b = rows.row(at.batch, at.head, at.query),
          .b_row_stride = rows.row_stride,
          .b_column_stride = 1,
          .y = y};
}

/// Which gradients a part of the work is for.
enum class Into { all, queries, keys };

/// What one tile of scores adds to the gradients (Dao 2023, algorithm 2).
template <class T>
void add_gradients(const AttentionProblem<T>& p, const GradientRows<T>& g, const TilePlace& at, Into into) {
  alignas(64) T s[kQueryTile * kKeyTile], ds[kQueryTile * kKeyTile];
  const T* const dy = g.dy.row(at.batch, at.head, at.query);
  make_scores(p, at, s);
  multiply_rows(dy, g.dy.row_stride, at.queries, p.v.row(at.batch, at.kv_head, at.key), p.v.row_stride,
                at.keys, p.value_width, ds);
  for (std::int64_t i = 0; i < at.queries; ++i) {
    const std::int64_t row = (at.batch * p.heads + at.head) * p.queries + at.query + i;
    differentiate_row(p, at, i, g.log_sum[row], g.delta[row], s + i * at.keys, ds + i * at.keys);
  }
  if (into != Into::keys) {
    add_product(for_queries<T>(at, ds, p.k, p.width, g.dq.row(at.batch, at.head, at.query)), g.dq.row_stride);
  }
  if (into != Into::queries) {
    add_product(for_keys<T>(at, s, g.dy, p.value_width, g.dv.row(at.batch, at.kv_head, at.key)),
                g.dv.row_stride);
    add_product(for_keys<T>(at, ds, p.q, p.width, g.dk.row(at.batch, at.kv_head, at.key)), g.dk.row_stride);
  }
}

/// What a task goes through, tile after tile.
struct Part {
  std::int64_t batch, kv_head, first_head, end_head, first_query, end_query, first_key, end_key;
};

/// A gradient has one writer, and its sums one order, whatever the parts.
template <class T>
void differentiate(const AttentionProblem<T>& p, const GradientRows<T>& g, const Part& part, Into into) {
  if (into != Into::queries) {
    zero_rows(g.dk, part.batch, part.kv_head, part.first_key, part.end_key, p.width);
    zero_rows(g.dv, part.batch, part.kv_head, part.first_key, part.end_key, p.value_width);
  }
  for (std::int64_t head = part.first_head; into != Into::keys && head < part.end_head; ++head)
    zero_rows(g.dq, part.batch, head, part.first_query, part.end_query, p.width);
  for (std::int64_t key = part.first_key; key < part.end_key; key += kKeyTile) {
    const std::int64_t first = std::max(part.first_query, p.first_query(key) / kQueryTile * kQueryTile);
    for (std::int64_t head = part.first_head; head < part.end_head; ++head) {
      for (std::int64_t query = first; query < part.end_query; query += kQueryTile) {
        add_gradients(p, g,
                      {.batch = part.batch,
                       .head = head,
                       .kv_head = part.kv_head,
                       .query = query,
                       .queries = std::min(kQueryTile, p.queries - query),
                       .key = key,
                       .keys = std::min(kKeyTile, p.keys - key)},
                      into);
      }
    }
  }
}

/// A kv_head with all that shares it, whole or cut into tiles of keys or, each head by itself, of queries.
template <class T>
Part part_of(const AttentionProblem<T>& p, Into into, std::int64_t task) {
  const std::int64_t group = p.heads / p.kv_heads;
  Part part{.batch = 0,
            .kv_head = 0,
            .first_head = 0,
            .end_head = 0,
            .first_query = 0,
            .end_query = p.queries,
            .first_key = 0,
            .end_key = p.keys};
  if (into == Into::queries) {
    const std::int64_t tile = task % tiles(p.queries, kQueryTile),
                       plane = task / tiles(p.queries, kQueryTile);
    part.batch = plane / p.heads;
    part.first_head = plane % p.heads;
    part.end_head = part.first_head + 1;
    part.kv_head = p.kv_head(part.first_head);
    part.first_query = tile * kQueryTile;
    part.end_query = std::min(p.queries, part.first_query + kQueryTile);
    return part;
  }
  const std::int64_t parts = into == Into::all ? 1 : tiles(p.keys, kKeyTile), plane = task / parts;
  part.batch = plane / p.kv_heads;
  part.kv_head = plane % p.kv_heads;
  part.first_head = part.kv_head * group;
  part.end_head = part.first_head + group;
  if (into == Into::keys) {
    part.first_key = task % parts * kKeyTile;
    part.end_key = std::min(p.keys, part.first_key + kKeyTile);
  }
  return part;
}

template <class T>
void differentiate_parts(const AttentionProblem<T>& p, const GradientRows<T>& g, Into into,
                         std::int64_t count) {
  const std::int64_t work =
      p.batch * p.heads * p.queries * p.keys * (p.width + p.value_width) / std::max<std::int64_t>(1, count);
  parallel_for(count, kProductGrain / std::max<std::int64_t>(1, work) + 1,
               [&](std::int64_t begin, std::int64_t end) {
                 [[maybe_unused]] const OneThread alone;
                 for (std::int64_t task = begin; task < end; ++task)
                   differentiate(p, g, part_of(p, into, task), into);
               });
}

/// Each kv_head by itself takes five products a tile. Where that leaves threads idle, dq and the rest are
/// made apart from each other, tile by tile: seven products, and the same bits.
template <class T>
void attention_gradient_typed(const AttentionProblem<T>& p, const GradientRows<T>& g) {
  const std::int64_t planes = p.batch * p.kv_heads, threads = most_threads();
  if (5 * tiles(planes, threads) * threads <= 7 * planes) return differentiate_parts(p, g, Into::all, planes);
  differentiate_parts(p, g, Into::queries, p.batch * p.heads * tiles(p.queries, kQueryTile));
  differentiate_parts(p, g, Into::keys, planes * tiles(p.keys, kKeyTile));
}

void attention_gradient(const Tensor& q, const Tensor& k, const Tensor& v, const Tensor& y,
                        const Tensor& log_sum, const Tensor& dy, const kernels::AttentionSettings& settings,
                        Tensor& dq, Tensor& dk, Tensor& dv) {
  Tensor delta = empty_like(log_sum);
  dispatch<FloatingTypes>(q.dtype(), [&]<class T>() {
    const AttentionProblem<T> problem = attention_problem<T>(q, k, v, settings);
    make_delta(problem, head_rows<T>(y), head_rows<T>(dy), delta.data<T>());
    const GradientRows<T> rows{.dy = head_rows<T>(dy),
                               .log_sum = log_sum.data<T>(),
                               .delta = delta.data<T>(),
                               .dq = head_rows<T>(dq),
                               .dk = head_rows<T>(dk),
                               .dv = head_rows<T>(dv)};
    attention_gradient_typed(problem, rows);
  });
}

void register_kernels() { kernels::attention_gradient.set(DeviceType::cpu, attention_gradient); }

}  // namespace
}  // namespace tinytorch::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tinytorch::cpu {
HWY_EXPORT(register_kernels);
void register_attention_gradient() { HWY_DYNAMIC_DISPATCH(register_kernels)(); }
}  // namespace tinytorch::cpu
#endif
