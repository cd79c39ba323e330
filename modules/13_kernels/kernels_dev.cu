// Module 13: CUDA kernels.
//
// Memory is what most kernels wait for. Threads of a block share a small, fast memory; a kernel that reads
// an element once, and lets all threads of the block use it from there, waits less. But threads that share
// have to wait for each other: at barriers.
//
// Each function below is an exercise, with its kernel. Replace the todo() calls by your code, save, and run
//
//     ./tito module test 13
//
// It runs the kernels on the emulated device, three times: to find accesses out of bounds, races, and reads
// of shared memory that no thread has written.

#include "modules/13_kernels/kernels_cuda.h"

#include <algorithm>
#include <cmath>

#include "modules/course/device_todo.h"

using tinytorch::course::todo;

namespace kernels_cuda {

/// y[i] = a x[i] + y[i] for each i below n, in a grid of any size: a grid-stride loop.
///
///     a = 2, x = {1, 2, 3}, y = {10, 20, 30}: y becomes {12, 24, 36}
///
/// 1. The thread's first element is blockIdx.x * blockDim.x + threadIdx.x, as in module 03.
/// 2. All threads of the grid together are gridDim.x * blockDim.x. That far from its last element is the
///    thread's next.
/// 3. It goes on while the element is below n. So threads without an element do nothing.
///
/// Hint: with an index of 64 bits, long long, adding the stride cannot overflow near the end of a long
/// vector.
__global__ void axpy_kernel(float a, const float* x, float* y, int n) {
  // BEGIN SOLUTION axpy
  const long long stride = static_cast<long long>(gridDim.x) * blockDim.x;
  for (long long i = static_cast<long long>(blockIdx.x) * blockDim.x + threadIdx.x; i < n; i += stride)
    y[i] = a * x[i] + y[i];
  // END SOLUTION
}

/// Launches axpy_kernel for n elements on the stream, in blocks of kThreads threads.
///
/// 1. As many blocks as there are elements for, n / kThreads rounded up, but at most kMostBlocks.
/// 2. n can be 0. A grid of 0 blocks is an error: launch nothing.
void axpy(float a, const float* x, float* y, int n, cudaStream_t stream) {
  // BEGIN SOLUTION axpy
  if (n == 0) return;
  const int blocks = std::min((n - 1) / kThreads + 1, kMostBlocks);
  axpy_kernel<<<blocks, kThreads, 0, stream>>>(a, x, y, n);
  // END SOLUTION
}

/// The sum of n elements by one block of kThreads threads: a tree in shared memory.
///
///     with four threads: {1, 2, 3, 4}, then {1 + 3, 2 + 4}, then {4 + 6}
///
/// 1. __shared__ double partial[kThreads]: memory of the block, uninitialized.
/// 2. Thread t adds up the elements t, t + kThreads, t + 2 kThreads, ... and writes its sum to partial[t]: 0
///    if it has no element.
/// 3. __syncthreads() waits until all threads of the block have come there: then all of partial is written.
/// 4. For the strides kThreads / 2, kThreads / 4, ..., 1: each thread t below the stride adds partial[t +
///    stride] to partial[t]. Then all threads wait, as the next level reads what this one has written.
/// 5. partial[0] is the sum. One thread writes it to *result.
///
/// Hint: all threads of the block have to call the same __syncthreads(). It cannot be in a branch that only
/// some take.
__global__ void block_sum_kernel(const float* x, float* result, int n) {
  // BEGIN SOLUTION block_sum
  __shared__ double partial[kThreads];
  const int t = static_cast<int>(threadIdx.x);
  double sum = 0;
  for (int i = t; i < n; i += kThreads) sum += x[i];
  partial[t] = sum;
  __syncthreads();
  for (int stride = kThreads / 2; stride > 0; stride /= 2) {
    if (t < stride) partial[t] += partial[t + stride];
    __syncthreads();
  }
  if (t == 0) *result = static_cast<float>(partial[0]);
  // END SOLUTION
}

/// Launches block_sum_kernel on the stream, in one block of kThreads threads. The sum of no elements is 0.
void block_sum(const float* x, float* result, int n, cudaStream_t stream) {
  // BEGIN SOLUTION block_sum
  block_sum_kernel<<<1, kThreads, 0, stream>>>(x, result, n);
  // END SOLUTION
}

/// The sums of what the blocks of a grid add up: sums[b] is that of block b.
///
/// 1. A grid-stride loop, as in axpy_kernel: thread t of the block adds up its elements.
/// 2. The tree of block_sum_kernel. (Each exercise stands for itself: write it again.)
/// 3. Block b writes the sum to sums[b]. Blocks run in any order, and at the same time: no two write to one
///    element.
__global__ void sum_kernel(const float* x, float* sums, int n) {
  // BEGIN SOLUTION sum
  __shared__ double partial[kThreads];
  const int t = static_cast<int>(threadIdx.x);
  const long long stride_of_grid = static_cast<long long>(gridDim.x) * kThreads;
  double sum = 0;
  for (long long i = static_cast<long long>(blockIdx.x) * kThreads + t; i < n; i += stride_of_grid)
    sum += x[i];
  partial[t] = sum;
  __syncthreads();
  for (int stride = kThreads / 2; stride > 0; stride /= 2) {
    if (t < stride) partial[t] += partial[t + stride];
    __syncthreads();
  }
  if (t == 0) sums[blockIdx.x] = static_cast<float>(partial[0]);
  // END SOLUTION
}

/// The sum of n elements by many blocks: the same bits each time, since the order of additions depends on n
/// alone.
///
///     n = 1000 has four blocks: sums[0] ... sums[3], then *result = sums[0] + ... + sums[3]
///
/// 1. As many blocks as there are elements for, at most kMostBlocks, and at least 1, so that the sum of
///    nothing is 0.
/// 2. sum_kernel adds up x to `sums`. A second launch of it, in one block, adds up `sums` to *result.
///
/// Hint: launches on a stream run one after another. The second begins when all blocks of the first have
/// ended.
void sum(const float* x, float* sums, float* result, int n, cudaStream_t stream) {
  // BEGIN SOLUTION sum
  const int blocks = n == 0 ? 1 : std::min((n - 1) / kThreads + 1, kMostBlocks);
  sum_kernel<<<blocks, kThreads, 0, stream>>>(x, sums, n);
  sum_kernel<<<1, kThreads, 0, stream>>>(sums, result, blocks);
  // END SOLUTION
}

/// y(j, i) = x(i, j), for x [rows, columns] and y [columns, rows], through a tile of shared memory, so that
/// rows are read and rows are written. A block of 32 x 8 threads has a tile of 32 x 32 elements: threadIdx.x
/// counts columns.
///
///     {{1, 2, 3}, {4, 5, 6}} becomes {{1, 4}, {2, 5}, {3, 6}}
///
/// 1. __shared__ float tile[kTransposeSide][kTransposeSide + 1]. (Section 4 says what the 33rd column is
///    for.)
/// 2. The tile begins in row blockIdx.y * kTransposeSide and column blockIdx.x * kTransposeSide of x. A
///    thread reads the rows threadIdx.y, threadIdx.y + kTransposeThreads, ... of its column, where they are
///    inside of x.
/// 3. Wait until the tile is full.
/// 4. In y the tile begins in row blockIdx.x * kTransposeSide and column blockIdx.y * kTransposeSide.
///    Element (r, c) of it there is tile[c][r]. Write the rows threadIdx.y, threadIdx.y + kTransposeThreads,
///    ... inside of y.
__global__ void transpose_kernel(const float* x, float* y, int rows, int columns) {
  // BEGIN SOLUTION transpose
  __shared__ float tile[kTransposeSide][kTransposeSide + 1];
  const int top = static_cast<int>(blockIdx.y) * kTransposeSide,
            left = static_cast<int>(blockIdx.x) * kTransposeSide;
  const int c = static_cast<int>(threadIdx.x);
  for (int r = static_cast<int>(threadIdx.y); r < kTransposeSide; r += kTransposeThreads) {
    if (top + r < rows && left + c < columns) tile[r][c] = x[(top + r) * columns + left + c];
  }
  __syncthreads();
  for (int r = static_cast<int>(threadIdx.y); r < kTransposeSide; r += kTransposeThreads) {
    if (left + r < columns && top + c < rows) y[(left + r) * rows + top + c] = tile[c][r];
  }
  // END SOLUTION
}

/// Launches transpose_kernel on the stream. Rows and columns are at least 1.
///
/// 1. A block is dim3(kTransposeSide, kTransposeThreads).
/// 2. The grid has a block for each tile: in x those of the columns, in y those of the rows, rounded up.
void transpose(const float* x, float* y, int rows, int columns, cudaStream_t stream) {
  // BEGIN SOLUTION transpose
  const dim3 threads(kTransposeSide, kTransposeThreads);
  const dim3 blocks(static_cast<unsigned>((columns - 1) / kTransposeSide + 1),
                    static_cast<unsigned>((rows - 1) / kTransposeSide + 1));
  transpose_kernel<<<blocks, threads, 0, stream>>>(x, y, rows, columns);
  // END SOLUTION
}

/// y = a b, for a [m, k], b [k, n] and y [m, n]. A block of 16 x 16 threads computes a tile of y, and goes
/// through k in tiles of a and b, which all its threads use from shared memory.
///
/// 1. The thread's row i and column j of y, as in module 04. Threads outside of y go on: they load, and they
///    wait.
/// 2. For first = 0, kMatmulSide, 2 kMatmulSide, ... below k: each thread loads one element of each tile,
///    tile_a[threadIdx.y][threadIdx.x] = a(i, first + threadIdx.x) and tile_b[threadIdx.y][threadIdx.x] =
///    b(first + threadIdx.y, j); 0 where that is outside of the matrix.
/// 3. Wait. Add the products of row threadIdx.y of tile_a with column threadIdx.x of tile_b to the sum, in
///    double.
/// 4. Wait again, before the next tiles are written over these.
/// 5. Only a thread inside of y writes its sum. With k = 0 it is 0.
__global__ void matmul_tiled_kernel(const float* a, const float* b, float* y, int m, int k, int n) {
  // BEGIN SOLUTION matmul_tiled
  __shared__ float tile_a[kMatmulSide][kMatmulSide], tile_b[kMatmulSide][kMatmulSide];
  const int r = static_cast<int>(threadIdx.y), c = static_cast<int>(threadIdx.x);
  const int i = static_cast<int>(blockIdx.y) * kMatmulSide + r,
            j = static_cast<int>(blockIdx.x) * kMatmulSide + c;
  double sum = 0;
  for (int first = 0; first < k; first += kMatmulSide) {
    tile_a[r][c] = i < m && first + c < k ? a[i * k + first + c] : 0;
    tile_b[r][c] = j < n && first + r < k ? b[(first + r) * n + j] : 0;
    __syncthreads();
    for (int l = 0; l < kMatmulSide; ++l) sum += static_cast<double>(tile_a[r][l]) * tile_b[l][c];
    __syncthreads();
  }
  if (i < m && j < n) y[i * n + j] = static_cast<float>(sum);
  // END SOLUTION
}

/// Launches matmul_tiled_kernel on the stream. m and n are at least 1, k can be 0.
///
/// 1. A block has kMatmulSide x kMatmulSide threads. The grid has a block for each tile of y, rounded up in
///    x and y.
void matmul_tiled(const float* a, const float* b, float* y, int m, int k, int n, cudaStream_t stream) {
  // BEGIN SOLUTION matmul_tiled
  const dim3 threads(kMatmulSide, kMatmulSide);
  const dim3 blocks(static_cast<unsigned>((n - 1) / kMatmulSide + 1),
                    static_cast<unsigned>((m - 1) / kMatmulSide + 1));
  matmul_tiled_kernel<<<blocks, threads, 0, stream>>>(a, b, y, m, k, n);
  // END SOLUTION
}

/// Softmax of each row of x [rows, columns], in one kernel: block b has row b.
///
///     {{0, 0}, {0, -inf}} becomes {{0.5, 0.5}, {1, 0}}. A row that is all -inf gives NaN, as in PyTorch.
///
/// 1. Thread t finds the largest of the elements t, t + kThreads, ..., beginning with -INFINITY; then a tree
///    finds the largest of all, as block_sum_kernel finds the sum.
/// 2. All threads read the result of the tree. Wait until they have, before the same shared memory is
///    written again.
/// 3. In the same way the sum of e^(x - largest), in double.
/// 4. Thread t writes its elements of y: e^(x - largest) / sum.
__global__ void softmax_rows_kernel(const float* x, float* y, int columns) {
  // BEGIN SOLUTION softmax_rows
  __shared__ double partial[kThreads];
  const int t = static_cast<int>(threadIdx.x);
  const float* const from = x + static_cast<long long>(blockIdx.x) * columns;
  float* const to = y + static_cast<long long>(blockIdx.x) * columns;
  double largest = -INFINITY, sum = 0;
  for (int i = t; i < columns; i += kThreads) largest = from[i] > largest ? from[i] : largest;
  partial[t] = largest;
  __syncthreads();
  for (int stride = kThreads / 2; stride > 0; stride /= 2) {
    if (t < stride && partial[t + stride] > partial[t]) partial[t] = partial[t + stride];
    __syncthreads();
  }
  largest = partial[0];
  __syncthreads();
  for (int i = t; i < columns; i += kThreads) sum += exp(from[i] - largest);
  partial[t] = sum;
  __syncthreads();
  for (int stride = kThreads / 2; stride > 0; stride /= 2) {
    if (t < stride) partial[t] += partial[t + stride];
    __syncthreads();
  }
  for (int i = t; i < columns; i += kThreads) to[i] = static_cast<float>(exp(from[i] - largest) / partial[0]);
  // END SOLUTION
}

/// Launches softmax_rows_kernel on the stream, with a block of kThreads threads for each row. Rows can be 0.
void softmax_rows(const float* x, float* y, int rows, int columns, cudaStream_t stream) {
  // BEGIN SOLUTION softmax_rows
  if (rows == 0) return;
  softmax_rows_kernel<<<rows, kThreads, 0, stream>>>(x, y, columns);
  // END SOLUTION
}

/// Attention, as module 07's: a running softmax for each query. The kQueries threads of a block, one for
/// each query, go through the keys in tiles of kKeys, which they load to shared memory together. Both widths
/// are at most kMostWidth.
///
/// 1. Query i of the thread, in an array of its own, as each key needs it. A thread without a query loads and
/// waits like the others.
/// 2. For first = 0, kKeys, 2 kKeys, ... below s.keys: the threads load the rows of k and of v that there
///    are, at most kKeys, to __shared__ float keys[kKeys][kMostWidth] and values[kKeys][kMostWidth]. Wait.
/// 3. For each key of the tile that query i sees: its score, and the running largest, sum and values as in
///    module 07: if the score is larger than the largest, what was added up shrinks by e^(old largest -
///    score).
/// 4. Wait before the next tile is written over this one.
/// 5. y(i) is the values divided by the sum; zeros if the query saw no key.
///
/// Hint: rows of k are contiguous. Element e of the tile is k[first * s.width + e], and goes to row e /
/// s.width, column e % s.width. Thread t loads the elements t, t + kQueries, ...
__global__ void attention_tiled_kernel(AttentionSizes s, const float* q, const float* k, const float* v,
                                       float* y) {
  // BEGIN SOLUTION attention_tiled
  __shared__ float keys[kKeys][kMostWidth], values[kKeys][kMostWidth];
  const int t = static_cast<int>(threadIdx.x), i = static_cast<int>(blockIdx.x) * kQueries + t;
  float query[kMostWidth];
  for (int l = 0; l < s.width && i < s.queries; ++l) query[l] = q[i * s.width + l];
  double largest = -INFINITY, sum = 0, weighed[kMostWidth] = {};
  for (int first = 0; first < s.keys; first += kKeys) {
    const int size = s.keys - first < kKeys ? s.keys - first : kKeys;
    for (int e = t; e < size * s.width; e += kQueries)
      keys[e / s.width][e % s.width] = k[first * s.width + e];
    for (int e = t; e < size * s.value_width; e += kQueries)
      values[e / s.value_width][e % s.value_width] = v[first * s.value_width + e];
    __syncthreads();
    for (int j = 0; j < size && i < s.queries && (!s.causal || first + j <= i + s.offset); ++j) {
      double score = 0;
      for (int l = 0; l < s.width; ++l) score += static_cast<double>(query[l]) * keys[j][l];
      score *= s.scale;
      const double larger = score > largest ? score : largest;
      const double shrink = exp(largest - larger), weight = exp(score - larger);
      largest = larger;
      sum = sum * shrink + weight;
      for (int l = 0; l < s.value_width; ++l) weighed[l] = weighed[l] * shrink + weight * values[j][l];
    }
    __syncthreads();
  }
  for (int l = 0; l < s.value_width && i < s.queries; ++l)
    y[i * s.value_width + l] = sum == 0 ? 0.0F : static_cast<float>(weighed[l] / sum);
  // END SOLUTION
}

/// Launches attention_tiled_kernel on the stream, with a thread for each query, of which there is at least
/// one.
void attention_tiled(const AttentionSizes& s, const float* q, const float* k, const float* v, float* y,
                     cudaStream_t stream) {
  // BEGIN SOLUTION attention_tiled
  attention_tiled_kernel<<<(s.queries - 1) / kQueries + 1, kQueries, 0, stream>>>(s, q, k, v, y);
  // END SOLUTION
}

}  // namespace kernels_cuda
