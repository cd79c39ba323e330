#pragma once

#include <cstdint>
#include <limits>

#include "kernels/attention.h"
#include "kernels/cuda/launch.h"
#include "kernels/math/arithmetic.h"
#include "kernels/math/math.h"
#include "kernels/math/random.h"

// What the kernels of attention and of its gradient have in common. A block is kSide x kSide threads and
// works on square tiles of scores, of which each thread has kPerThread x kPerThread: those of rows
// threadIdx.y + kSide i and columns threadIdx.x + kSide j, so that the threads of a warp read neighbouring
// columns of shared memory.
namespace tinytorch::cuda {

inline constexpr unsigned kSide = 16;
/// Columns of the operands that are in shared memory at a time.
inline constexpr unsigned kDepth = 2 * kSide;
/// A block makes up to so many times kDepth columns of a result; wider ones are cut among blocks, which keeps
/// the sums of a thread in registers.
inline constexpr int kMostChunks = 4;

/// Half as many in f64, for shared memory and registers.
template <class T>
inline constexpr int kPerThread = sizeof(T) == 8 ? 2 : 4;
template <class T>
inline constexpr unsigned kTile = kSide* kPerThread<T>;

inline __device__ unsigned tile_row(int i) { return threadIdx.y + kSide * static_cast<unsigned>(i); }
inline __device__ unsigned tile_column(int j) { return threadIdx.x + kSide * static_cast<unsigned>(j); }

/// Shared memory: 33 KiB. The padding puts the rows of a column into different banks.
template <class T>
struct Tiles {
  T a[kTile<T>][kDepth + 1], b[kTile<T>][kDepth + 1];
  T weights[kTile<T>][kTile<T> + 1];
};

/// The rows of one head.
template <class T>
struct Plane {
  const T* data;
  std::int64_t row_stride, rows;

  __device__ Plane(const HeadRows<const T>& x, std::int64_t batch, std::int64_t head, std::int64_t rows)
      : data(x.row(batch, head, 0)), row_stride(x.row_stride), rows(rows) {}
};

/// Which rows of which head a block is for.
struct TilePlace {
  std::int64_t batch, head, kv_head, first;

  template <class T>
  __device__ TilePlace(const AttentionProblem<T>& p, std::uint32_t block, std::uint32_t tiles, unsigned rows)
      : batch(block / tiles / p.heads),
        head(block / tiles % p.heads),
        kv_head(p.kv_head(head)),
        first(std::int64_t{block % tiles} * rows) {}
};

/// combine(...) of the values of the kSide threads that have a row of scores, in each of them.
template <class T, class Combine>
__device__ T fold_tile_row(T value, const Combine& combine) {
  for (unsigned distance = kSide / 2; distance > 0; distance /= 2)
    value = combine(value, __shfl_xor_sync(~0u, value, static_cast<int>(distance)));
  return value;
}

/// Rows from `first` on, and kDepth columns from `column` on; 0 where there are none.
template <class T>
__device__ void load(T (&to)[kTile<T>][kDepth + 1], const Plane<T>& x, std::int64_t first,
                     std::int64_t column, std::int64_t width) {
  const unsigned thread = threadIdx.y * kSide + threadIdx.x, place = thread % kDepth;
  const bool in_columns = within(column + place, width);
  for (unsigned i = thread / kDepth; i < kTile<T>; i += kSide * kSide / kDepth) {
    const bool in_rows = within(first + i, x.rows);
    to[i][place] = in_rows && in_columns ? x.data[(first + i) * x.row_stride + column + place] : T(0);
  }
}

/// sums = a bᵀ, a tile of it, from these rows of a and b on.
template <class T>
__device__ void multiply_rows(Tiles<T>& shared, const Plane<T>& a, std::int64_t a_first, const Plane<T>& b,
                              std::int64_t b_first, std::int64_t width,
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

/// sums += shared.weights times rows of x, from `first` on, and columns from `column` on: of each chunk of
/// kDepth columns a thread has two.
template <int kChunks, class T>
__device__ void accumulate(Tiles<T>& shared, const Plane<T>& x, std::int64_t first, std::int64_t column,
                           std::int64_t width, T (&sums)[kChunks][kPerThread<T>][2]) {
  constexpr int kEach = kPerThread<T>;
  UNROLL
  for (int c = 0; c < kChunks; ++c) {
    __syncthreads();
    load(shared.b, x, first, column + c * static_cast<int>(kDepth), width);
    __syncthreads();
    for (unsigned l = 0; l < kTile<T>; ++l) {
      const T left = shared.b[l][threadIdx.x], right = shared.b[l][threadIdx.x + kSide];
      for (int i = 0; i < kEach; ++i) {
        const T weight = shared.weights[tile_row(i)][l];
        sums[c][i][0] += weight * left;
        sums[c][i][1] += weight * right;
      }
    }
  }
}

/// Writes what accumulate() made to rows from `first` and columns from `column` on.
template <int kChunks, class T>
__device__ void store(const T (&sums)[kChunks][kPerThread<T>][2], T* y, std::int64_t row_stride,
                      std::int64_t first, std::int64_t rows, std::int64_t column, std::int64_t width) {
  for (int c = 0; c < kChunks; ++c) {
    for (int e = 0; e < 2; ++e) {
      const std::int64_t to = column + c * static_cast<int>(kDepth) + tile_column(e);
      const bool in_columns = within(to, width);
      for (int i = 0; i < kPerThread<T>; ++i) {
        const std::int64_t row = first + tile_row(i);
        const bool in_rows = within(row, rows);
        if (in_rows && in_columns) y[row * row_stride + to] = sums[c][i][e];
      }
    }
  }
}

/// The score of a product q kᵀ; -inf where the query may not attend to the key, or there is none.
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

/// Puts what dropout multiplies a tile's weights by into shared.weights, each thread its own. Rows from `row`
/// and columns from `column` on.
template <class T>
__device__ void make_factors(Tiles<T>& shared, const AttentionProblem<T>& p, std::int64_t batch,
                             std::int64_t head, std::int64_t row, std::int64_t column, bool rows_are_keys) {
  if (!p.has_dropout) return;
  for (int i = 0; i < kPerThread<T>; ++i) {
    for (int j = 0; j < kPerThread<T>; ++j) {
      const std::int64_t at_row = row + tile_row(i), at_column = column + tile_column(j);
      const auto number =
          static_cast<std::uint64_t>(rows_are_keys ? p.weight(batch, head, at_column, at_row)
                                                   : p.weight(batch, head, at_row, at_column));
      const math::PhiloxBlock block = math::philox(p.random.seed, p.random.offset + number / 4);
      const bool kept = math::uniform_f32(block.word[number % 4]) >= p.dropout_probability;
      shared.weights[tile_row(i)][tile_column(j)] = kept ? p.dropout_scale : T(0);
    }
  }
}

/// Calls f with as many chunks as `width` columns take, at most kMostChunks.
template <class F>
void with_chunks(std::int64_t width, const F& f) {
  if (width <= kDepth) return f.template operator()<1>();
  if (width <= 2 * kDepth) return f.template operator()<2>();
  f.template operator()<kMostChunks>();
}

}  // namespace tinytorch::cuda
