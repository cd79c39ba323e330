#include "core/ops/attention_kernels.h"

#include <algorithm>

#include "core/ops/creation.h"
#include "kernels/attention.h"
#include "kernels/cuda/attention.h"
#include "kernels/cuda/elementwise.h"
#include "kernels/cuda/kernels.h"

namespace tinytorch::cuda {
namespace {

/// The operands of the gradient. `delta` is the sum of dy y over each row.
template <class T>
struct GradientProblem {
  AttentionProblem<T> attention;
  HeadRows<const T> y, dy;
  const T* log_sum;
  T* delta;
};

// One warp per row, eight per block: dy and y are read once, a value per row is written.
template <class T>
__global__ void __launch_bounds__(kThreads) compute_delta(GradientProblem<T> g) {
  const AttentionProblem<T>& p = g.attention;
  const std::int64_t row = std::int64_t{blockIdx.x} * kWarpsPerBlock + threadIdx.y;
  if (!within(row, p.batch * p.heads * p.queries)) return;
  const std::int64_t query = row % p.queries, plane = row / p.queries;
  const T* const y = g.y.row(plane / p.heads, plane % p.heads, query);
  const T* const dy = g.dy.row(plane / p.heads, plane % p.heads, query);
  T sum = 0;
  for (std::int64_t i = threadIdx.x; within(i, p.value_width); i += kWarp) sum += y[i] * dy[i];
  sum = reduce_warp(sum, math::Add{});
  if (threadIdx.x == 0) g.delta[row] = sum;
}

/// Replaces s, a product q kᵀ, by the weight after dropout, and ds, a product dy vᵀ, by the gradient of s.
template <class T>
__device__ void differentiate(const GradientProblem<T>& g, std::int64_t batch, std::int64_t head,
                              std::int64_t query, std::int64_t key, T factor, T& s, T& ds) {
  const AttentionProblem<T>& p = g.attention;
  const T score = masked_score(p, batch, head, query, key, s);
  s = 0;
  if (score == -std::numeric_limits<T>::infinity()) {
    ds = 0;
    return;
  }
  const std::int64_t row = (batch * p.heads + head) * p.queries + query;
  const T weight = math::Exp{}(score - g.log_sum[row]);
  ds = weight * (ds * factor - g.delta[row]) * p.scale;
  s = weight * factor;
}

// dq of a tile of queries, up to 32 kChunks columns: iterates over all keys that they may attend to, tile by
// tile (Dao 2023, algorithm 2, with its loops exchanged), and recomputes the scores from q and k. Each result
// has one writer and one order of addition, so no atomics are needed; in return both this kernel and the next
// recompute the scores: 7 products instead of 5. For each tile of queries k is read twice and v once for all
// keys, and the tile's own q and dy once per tile of keys, mostly from the caches; all again for each
// blockIdx.y. dq is written once.
template <class T, int kChunks>
__global__ void __launch_bounds__(kThreads)
    differentiate_queries(GradientProblem<T> g, std::uint32_t tiles, HeadRows<T> dq) {
  constexpr int kEach = kPerThread<T>;
  SHARED(Tiles<T>, shared, );
  const AttentionProblem<T>& p = g.attention;
  const TileIndex at(p, blockIdx.x, tiles, kTile<T>);
  const HeadMatrix<T> q(p.q, at.batch, at.head, p.queries), dy(g.dy, at.batch, at.head, p.queries),
      k(p.k, at.batch, at.kv_head, p.keys), v(p.v, at.batch, at.kv_head, p.keys);
  const std::int64_t first_column = std::int64_t{blockIdx.y} * kChunks * kDepth;
  TileSums<T, kChunks> sums;
  const std::int64_t keys = p.keys_before(at.first + kTile<T>);
  for (std::int64_t key = 0; key < keys; key += kTile<T>) {
    T s[kEach][kEach], ds[kEach][kEach];
    multiply_rows(shared, q, at.first, k, key, p.width, s);
    multiply_rows(shared, dy, at.first, v, key, p.value_width, ds);
    fill_dropout_scales(shared, p, at.batch, at.head, at.first, key, /*rows_are_keys=*/false);
    for (int i = 0; i < kEach; ++i) {
      for (int j = 0; j < kEach; ++j) {
        T& weight = shared.weights[tile_row(i)][tile_column(j)];
        differentiate(g, at.batch, at.head, at.first + tile_row(i), key + tile_column(j),
                      p.has_dropout ? weight : T(1), s[i][j], ds[i][j]);
        weight = ds[i][j];
      }
    }
    accumulate<kChunks, T>(shared, k, key, first_column, p.width, sums);
  }
  store<kChunks, T>(sums, dq.row(at.batch, at.head, 0), dq.row_stride, at.first, p.queries, first_column,
                    p.width);
}

// dk and dv of a tile of keys, up to 32 kChunks columns: iterates over all queries that may attend to them,
// of all heads that share them, tile by tile. The tile of scores has one row per key. For each tile of keys q
// and dy are read twice for all queries, and the tile's own k and v once per tile of queries, mostly from the
// caches; all again for each blockIdx.y. dk and dv are written once.
template <class T, int kChunks>
__global__ void __launch_bounds__(kThreads)
    differentiate_keys(GradientProblem<T> g, std::uint32_t tiles, HeadRows<T> dk, HeadRows<T> dv) {
  constexpr int kEach = kPerThread<T>;
  SHARED(Tiles<T>, shared, );
  const AttentionProblem<T>& p = g.attention;
  const std::int64_t plane = blockIdx.x / tiles, first = std::int64_t{blockIdx.x % tiles} * kTile<T>;
  const std::int64_t batch = plane / p.kv_heads, kv_head = plane % p.kv_heads, group = p.heads / p.kv_heads;
  const HeadMatrix<T> k(p.k, batch, kv_head, p.keys), v(p.v, batch, kv_head, p.keys);
  const std::int64_t first_column = std::int64_t{blockIdx.y} * kChunks * kDepth;
  TileSums<T, kChunks> key_sums, value_sums;
  for (std::int64_t head = kv_head * group; head < (kv_head + 1) * group; ++head) {
    const HeadMatrix<T> q(p.q, batch, head, p.queries), dy(g.dy, batch, head, p.queries);
    for (std::int64_t query = p.first_query(first); query < p.queries; query += kTile<T>) {
      T s[kEach][kEach], ds[kEach][kEach];
      multiply_rows(shared, k, first, q, query, p.width, s);
      multiply_rows(shared, v, first, dy, query, p.value_width, ds);
      fill_dropout_scales(shared, p, batch, head, first, query, /*rows_are_keys=*/true);
      for (int i = 0; i < kEach; ++i) {
        for (int j = 0; j < kEach; ++j) {
          T& weight = shared.weights[tile_row(i)][tile_column(j)];
          differentiate(g, batch, head, query + tile_column(j), first + tile_row(i),
                        p.has_dropout ? weight : T(1), s[i][j], ds[i][j]);
          weight = s[i][j];
        }
      }
      accumulate<kChunks, T>(shared, dy, query, first_column, p.value_width, value_sums);
      __syncthreads();
      for (int i = 0; i < kEach; ++i) {
        for (int j = 0; j < kEach; ++j) shared.weights[tile_row(i)][tile_column(j)] = ds[i][j];
      }
      accumulate<kChunks, T>(shared, q, query, first_column, p.width, key_sums);
    }
  }
  store<kChunks, T>(key_sums, dk.row(batch, kv_head, 0), dk.row_stride, first, p.keys, first_column, p.width);
  store<kChunks, T>(value_sums, dv.row(batch, kv_head, 0), dv.row_stride, first, p.keys, first_column,
                    p.value_width);
}

template <class T>
void launch_gradient(const OnDevice& on, const GradientProblem<T>& g, const HeadRows<T>& dq,
                     const HeadRows<T>& dk, const HeadRows<T>& dv) {
  const AttentionProblem<T>& p = g.attention;
  launch(KERNEL(compute_delta<T>), blocks_for(p.batch * p.heads * p.queries, kWarpsPerBlock),
         dim3(kWarp, kWarpsPerBlock), 0, on.stream(), g);
  const std::int64_t widest = std::max(p.width, p.value_width);
  with_chunks(widest, [&]<int kChunks>() {
    const unsigned query_tiles = blocks_for(p.queries, kTile<T>), key_tiles = blocks_for(p.keys, kTile<T>);
    const dim3 block(kSide, kSide);
    launch(KERNEL(differentiate_queries<T, kChunks>),
           dim3(grid_size(p.batch * p.heads * query_tiles), blocks_for(p.width, kChunks * kDepth)), block, 0,
           on.stream(), g, query_tiles, dq);
    if (p.keys == 0) return;
    launch(KERNEL(differentiate_keys<T, kChunks>),
           dim3(grid_size(p.batch * p.kv_heads * key_tiles), blocks_for(widest, kChunks * kDepth)), block, 0,
           on.stream(), g, key_tiles, dk, dv);
  });
}

void attention_gradient(const Tensor& q, const Tensor& k, const Tensor& v, const Tensor& y,
                        const Tensor& log_sum, const Tensor& dy, const kernels::AttentionSettings& settings,
                        Tensor& dq, Tensor& dk, Tensor& dv) {
  Tensor delta = empty_like(log_sum);
  const OnDevice on(dq.device());
  dispatch<FloatingTypes>(q.dtype(), [&]<class T>() {
    const GradientProblem<T> problem{.attention = attention_problem<T>(q, k, v, settings),
                                     .y = head_rows<T>(y),
                                     .dy = head_rows<T>(dy),
                                     .log_sum = log_sum.data<T>(),
                                     .delta = delta.data<T>()};
    launch_gradient(on, problem, head_rows<T>(dq), head_rows<T>(dk), head_rows<T>(dv));
  });
}

}  // namespace

void register_attention_gradient() { kernels::attention_gradient.set(DeviceType::cuda, attention_gradient); }

}  // namespace tinytorch::cuda
