#include "core/ops/attention_kernels.h"

#include <limits>

#include "kernels/attention.h"
#include "kernels/cuda/attention.h"
#include "kernels/cuda/elementwise.h"
#include "kernels/cuda/kernels.h"

namespace tinytorch::cuda {
namespace {

// The output of a tile of queries (Dao 2023, algorithm 1), up to 32 kChunks columns of it. A block iterates
// over all keys that its queries may attend to, tile by tile. It keeps a running maximum and sum for each
// row, and rescales the output in its registers to them. For each tile of queries k and v are read once, and
// the tile's rows of q once per tile of keys, mostly from the caches. If y has more than 32 kChunks columns,
// q and k are read again for each such block of columns. y is written once; scores never leave the block.
// With 64 x 64 scores (f32) each value read serves 64 products.
template <class T, int kChunks>
__global__ void __launch_bounds__(kThreads)
    attend(AttentionProblem<T> p, std::uint32_t tiles, T* log_sum, HeadRows<T> y) {
  constexpr int kEach = kPerThread<T>;
  SHARED(Tiles<T>, shared, );
  const TileIndex at(p, blockIdx.x, tiles, kTile<T>);
  const HeadMatrix<T> q(p.q, at.batch, at.head, p.queries), k(p.k, at.batch, at.kv_head, p.keys),
      v(p.v, at.batch, at.kv_head, p.keys);
  const std::int64_t first_column = std::int64_t{blockIdx.y} * kChunks * kDepth;
  TileSums<T, kChunks> sum;
  math::CompensatedSum<T> total[kEach];
  T maximum[kEach];
  for (int i = 0; i < kEach; ++i) maximum[i] = -std::numeric_limits<T>::infinity();
  const std::int64_t keys = p.keys_before(at.first + kTile<T>);
  for (std::int64_t key = 0; key < keys; key += kTile<T>) {
    T s[kEach][kEach];
    multiply_rows(shared, q, at.first, k, key, p.width, s);
    fill_dropout_scales(shared, p, at.batch, at.head, at.first, key, /*rows_are_keys=*/false);
    for (int i = 0; i < kEach; ++i) {
      const std::int64_t query = at.first + tile_row(i);
      T largest = maximum[i];
      for (int j = 0; j < kEach; ++j) {
        s[i][j] = masked_score(p, at.batch, at.head, query, key + tile_column(j), s[i][j]);
        largest = math::Maximum{}(largest, s[i][j]);
      }
      largest = reduce_tile_row(largest, math::Maximum{});
      const T shift = softmax_shift(largest), rescale = math::Exp{}(maximum[i] - shift);
      maximum[i] = largest;
      total[i].scale(rescale);
      for (int c = 0; c < kChunks; ++c) {
        for (int e = 0; e < 2; ++e) sum[c][i][e].scale(rescale);
      }
      for (int j = 0; j < kEach; ++j) {
        const T weight = math::Exp{}(s[i][j] - shift);
        T& shared_weight = shared.weights[tile_row(i)][tile_column(j)];
        shared_weight = p.has_dropout ? weight * shared_weight : weight;
        total[i].add(weight);
      }
    }
    accumulate<kChunks, T>(shared, v, key, first_column, p.value_width, sum);
  }
  for (int i = 0; i < kEach; ++i) {
    const T row_total = reduce_tile_row(total[i].value(), math::Add{});
    const std::int64_t query = at.first + tile_row(i);
    const bool writes = threadIdx.x == 0 && blockIdx.y == 0;
    const bool in_rows = within(query, p.queries);
    if (writes && in_rows)
      log_sum[(at.batch * p.heads + at.head) * p.queries + query] = maximum[i] + math::Log{}(row_total);
    const T factor = row_total == T(0) ? T(0) : T(1) / row_total;
    for (int c = 0; c < kChunks; ++c) {
      for (int e = 0; e < 2; ++e) sum[c][i][e].scale(factor);
    }
  }
  store<kChunks, T>(sum, y.row(at.batch, at.head, 0), y.row_stride, at.first, p.queries, first_column,
                    p.value_width);
}

template <class T>
void attention_typed(const AttentionProblem<T>& p, Tensor& log_sum, Tensor& y) {
  const OnDevice on(y.device());
  const unsigned tiles = blocks_for(p.queries, kTile<T>);
  with_chunks(p.value_width, [&]<int kChunks>() {
    const dim3 grid(grid_size(p.batch * p.heads * tiles), blocks_for(p.value_width, kChunks * kDepth));
    launch(KERNEL(attend<T, kChunks>), grid, dim3(kSide, kSide), 0, on.stream(), p, tiles, log_sum.data<T>(),
           head_rows<T>(y));
  });
}

void attention(const Tensor& q, const Tensor& k, const Tensor& v, const kernels::AttentionSettings& settings,
               Tensor& log_sum, Tensor& y) {
  dispatch<FloatingTypes>(
      q.dtype(), [&]<class T>() { attention_typed(attention_problem<T>(q, k, v, settings), log_sum, y); });
}

}  // namespace

void register_attention() { kernels::attention.set(DeviceType::cuda, attention); }

}  // namespace tinytorch::cuda
