#pragma once

#include <cuda_runtime.h>

// What module 13 writes: kernels_dev.cu defines the functions. All arrays are in the device's memory;
// matrices are contiguous, row after row.
namespace kernels_cuda {

inline constexpr int kThreads = 256;         ///< in a block of axpy, block_sum, sum and softmax_rows
inline constexpr int kMostBlocks = 64;       ///< in a grid of axpy and sum
inline constexpr int kTransposeSide = 32;    ///< of a tile of transpose: 32 x 32 elements
inline constexpr int kTransposeThreads = 8;  ///< rows of 32 threads in a block of transpose
inline constexpr int kMatmulSide = 16;  ///< of a tile of matmul_tiled, and of its blocks: 16 x 16 threads
inline constexpr int kQueries = 64;     ///< threads in a block of attention_tiled, one for each query
inline constexpr int kKeys = 16;        ///< in a tile of attention_tiled
inline constexpr int kMostWidth = 64;   ///< of the rows of k and v that attention_tiled takes

/// The sizes of attention: q [queries, width], k [keys, width], v [keys, value_width] and y [queries,
/// value_width].
struct AttentionSizes {
  int queries, keys, width, value_width;
  bool causal = false;  ///< query i sees the keys 0 ... i + offset only
  int offset = 0;
  double scale = 1;  ///< of the scores
};

void axpy(float a, const float* x, float* y, int n, cudaStream_t stream);
void block_sum(const float* x, float* result, int n, cudaStream_t stream);
/// @param sums  memory for kMostBlocks elements
void sum(const float* x, float* sums, float* result, int n, cudaStream_t stream);
void transpose(const float* x, float* y, int rows, int columns, cudaStream_t stream);
void matmul_tiled(const float* a, const float* b, float* y, int m, int k, int n, cudaStream_t stream);
void softmax_rows(const float* x, float* y, int rows, int columns, cudaStream_t stream);
void attention_tiled(const AttentionSizes& s, const float* q, const float* k, const float* v, float* y,
                     cudaStream_t stream);

}  // namespace kernels_cuda
