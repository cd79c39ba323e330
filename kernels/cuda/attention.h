#pragma once

#include <cstdint>
#include <limits>

#include "kernels/attention.h"
#include "kernels/cuda/launch.h"
#include "kernels/math/arithmetic-inl.h"
#include "kernels/math/math-inl.h"
#include "kernels/math/random.h"
#include "kernels/math/reduction.h"

// What the kernels of attention and of its gradient have in common. A block of kSide x kSide threads works on
// square tiles of scores. Each thread has kPerThread x kPerThread scores of a tile: in rows
// threadIdx.y + kSide i and columns threadIdx.x + kSide j, so that the threads of a warp read neighbouring
// columns of shared memory.
namespace tinytorch::cuda {

inline constexpr unsigned kSide = 16;
/// Columns of the operands that are in shared memory at once.
inline constexpr unsigned kDepth = 2 * kSide;
/// A block computes up to kMaxChunks chunks of kDepth columns of a result; wider results are split among
/// blocks, which keeps the sums of a thread in registers.
inline constexpr int kMaxChunks = 4;

/// Half as many in f64, to fit shared memory and registers.
template <class T>
inline constexpr int kPerThread = sizeof(T) == 8 ? 2 : 4;
template <class T>
inline constexpr unsigned kTile = kSide* kPerThread<T>;

inline __device__ unsigned tile_row(int i) { return threadIdx.y + kSide * static_cast<unsigned>(i); }
inline __device__ unsigned tile_column(int j) { return threadIdx.x + kSide * static_cast<unsigned>(j); }

/// Shared memory: 33 KiB. The padding puts the elements of a column into different banks.
template <class T>
struct Tiles {
  T a[kTile<T>][kDepth + 1], b[kTile<T>][kDepth + 1];
  T weights[kTile<T>][kTile<T> + 1];
};

/// The matrix [rows, columns] of one head.
template <class T>
struct HeadMatrix {
  const T* data;
  std::int64_t row_stride, rows;

  __device__ HeadMatrix(const HeadRows<const T>& x, std::int64_t batch, std::int64_t head, std::int64_t rows)
      : data(x.row(batch, head, 0)), row_stride(x.row_stride), rows(rows) {}
};

/// The tile of a block: rows of one head, from `first` on.
struct TileIndex {
  std::int64_t batch, head, kv_head, first;

  template <class T>
  __device__ TileIndex(const AttentionProblem<T>& p, std::uint32_t block, std::uint32_t tiles, unsigned rows)
      : batch(block / tiles / p.heads),
        head(block / tiles % p.heads),
        kv_head(p.kv_head(head)),
        first(std::int64_t{block % tiles} * rows) {}
};

/// Reduces the values of the kSide threads that share a row of scores. Each of them gets the result.
template <class T, class Combine>
__device__ T reduce_tile_row(T value, const Combine& combine) {
  for (unsigned distance = kSide / 2; distance > 0; distance /= 2)
    value = combine(value, __shfl_xor_sync(~0u, value, static_cast<int>(distance)));
  return value;
}

/// Loads a tile of rows from `first` on and kDepth columns from `column` on; 0 outside x.
template <class T>
__device__ void load(T (&to)[kTile<T>][kDepth + 1], const HeadMatrix<T>& x, std::int64_t first,
                     std::int64_t column, std::int64_t width) {
  const unsigned thread = threadIdx.y * kSide + threadIdx.x, j = thread % kDepth;
  const bool in_columns = within(column + j, width);
  for (unsigned i = thread / kDepth; i < kTile<T>; i += kSide * kSide / kDepth) {
    const bool in_rows = within(first + i, x.rows);
    to[i][j] = in_rows && in_columns ? x.data[(first + i) * x.row_stride + column + j] : T(0);
  }
}

/// sums = a tile of a bᵀ, from row a_first of a and row b_first of b on.
template <class T>
__device__ void multiply_rows(Tiles<T>& shared, const HeadMatrix<T>& a, std::int64_t a_first,
                              const HeadMatrix<T>& b, std::int64_t b_first, std::int64_t width,
                              T (&sums)[kPerThread<T>][kPerThread<T>]) {
  constexpr int kEach = kPerThread<T>;
  for (int i = 0; i < kEach; ++i) {
    for (int j = 0; j < kEach; ++j) sums[i][j] = 0;
  }
  for (std::int64_t column = 0; column < width; column += kDepth) {
    __syncthreads();
    load(shared.a, a, a_first, column, width);
    load(shared.b, b, b_first, column, width);
    __syncthreads();
    UNROLL_FOUR
    for (unsigned l = 0; l < kDepth; ++l) {
      T x[kEach], y[kEach];
      for (int i = 0; i < kEach; ++i) x[i] = shared.a[tile_row(i)][l];
      for (int j = 0; j < kEach; ++j) y[j] = shared.b[tile_column(j)][l];
      for (int i = 0; i < kEach; ++i) {
        for (int j = 0; j < kEach; ++j) sums[i][j] += x[i] * y[j];
      }
    }
  }
}

/// The sums of a thread: over all tiles, in two columns of each chunk of kDepth columns.
template <class T, int kChunks>
using TileSums = math::CompensatedSum<T>[kChunks][kPerThread<T>][2];

/// sums += shared.weights times x, its rows from `first` on and its columns from `column` on. Products are
/// added kDepth at a time, then with compensation.
template <int kChunks, class T>
__device__ void accumulate(Tiles<T>& shared, const HeadMatrix<T>& x, std::int64_t first, std::int64_t column,
                           std::int64_t width, TileSums<T, kChunks>& sums) {
  constexpr int kEach = kPerThread<T>;
  UNROLL
  for (int c = 0; c < kChunks; ++c) {
    __syncthreads();
    load(shared.b, x, first, column + c * static_cast<int>(kDepth), width);
    __syncthreads();
    for (unsigned begin = 0; begin < kTile<T>; begin += kDepth) {
      T left_sums[kEach] = {}, right_sums[kEach] = {};
      for (unsigned l = begin; l < begin + kDepth; ++l) {
        const T left = shared.b[l][threadIdx.x], right = shared.b[l][threadIdx.x + kSide];
        for (int i = 0; i < kEach; ++i) {
          const T weight = shared.weights[tile_row(i)][l];
          left_sums[i] += weight * left;
          right_sums[i] += weight * right;
        }
      }
      for (int i = 0; i < kEach; ++i) {
        sums[c][i][0].add(left_sums[i]);
        sums[c][i][1].add(right_sums[i]);
      }
    }
  }
}

/// Writes the sums of accumulate() to rows from `first` on and columns from `column` on.
template <int kChunks, class T>
__device__ void store(const TileSums<T, kChunks>& sums, T* y, std::int64_t row_stride, std::int64_t first,
                      std::int64_t rows, std::int64_t column, std::int64_t width) {
  for (int c = 0; c < kChunks; ++c) {
    for (int e = 0; e < 2; ++e) {
      const std::int64_t to = column + c * static_cast<int>(kDepth) + tile_column(e);
      const bool in_columns = within(to, width);
      for (int i = 0; i < kPerThread<T>; ++i) {
        const std::int64_t row = first + tile_row(i);
        const bool in_rows = within(row, rows);
        if (in_rows && in_columns) y[row * row_stride + to] = sums[c][i][e].value();
      }
    }
  }
}

/// The score for a product q kᵀ: -inf if the query may not attend to the key, or either is out of range.
template <class T>
__device__ T masked_score(const AttentionProblem<T>& p, std::int64_t batch, std::int64_t head,
                          std::int64_t query, std::int64_t key, T product) {
  constexpr T kNever = -std::numeric_limits<T>::infinity();
  const bool is_query = within(query, p.queries);
  const bool is_key = within(key, p.keys);
  if (!is_query || !is_key) return kNever;
  if (p.causal && key > query + p.causal_offset) return kNever;
  const T score = p.scale * product;
  const std::int64_t offset = p.mask.offset(batch, head, query, key);
  if (p.mask.allowed != nullptr) return p.mask.allowed[offset] ? score : kNever;
  return p.mask.added != nullptr ? score + p.mask.added[offset] : score;
}

/// Fills shared.weights with the factors by which dropout scales the weights of a tile, from `row` and
/// `column` on. Each thread writes its own elements. Does nothing without dropout.
template <class T>
__device__ void fill_dropout_scales(Tiles<T>& shared, const AttentionProblem<T>& p, std::int64_t batch,
                                    std::int64_t head, std::int64_t row, std::int64_t column,
                                    bool rows_are_keys) {
  if (!p.has_dropout) return;
  for (int i = 0; i < kPerThread<T>; ++i) {
    for (int j = 0; j < kPerThread<T>; ++j) {
      const std::int64_t at_row = row + tile_row(i), at_column = column + tile_column(j);
      const auto index = static_cast<std::uint64_t>(rows_are_keys ? p.weight(batch, head, at_column, at_row)
                                                                  : p.weight(batch, head, at_row, at_column));
      const math::PhiloxBlock block = math::philox(p.random.seed, p.random.offset + index / 4);
      const bool kept = math::uniform_f32(block.word[index % 4]) >= p.dropout_probability;
      shared.weights[tile_row(i)][tile_column(j)] = kept ? p.dropout_scale : T(0);
    }
  }
}

/// Calls f<kChunks>() with the number of chunks for `width` columns, at most kMaxChunks.
template <class F>
void with_chunks(std::int64_t width, const F& f) {
  if (width <= kDepth) return f.template operator()<1>();
  if (width <= 2 * kDepth) return f.template operator()<2>();
  f.template operator()<kMaxChunks>();
}

}  // namespace tinytorch::cuda
