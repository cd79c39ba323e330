// Module 04, on a GPU: a product of matrices, one thread for each element of the result.

#include "modules/04_layers/layers_cuda.h"

#include "modules/course/device_todo.h"

using tinytorch::course::todo;

namespace layers {

/// y = a b, for a [m, k], b [k, n] and y [m, n]. The grid has two dimensions: threadIdx.x, blockIdx.x and
/// blockDim.x count columns of y, threadIdx.y, blockIdx.y and blockDim.y rows. Neighboring threads differ in
/// x, so they read and write neighboring elements.
///
/// 1. The row i and the column j of the thread. A thread outside of y does nothing.
/// 2. The sum over l of a(i, l) b(l, j), in double.
__global__ void matmul_kernel(const float* a, const float* b, float* y, int m, int k, int n) {
  // BEGIN SOLUTION matmul_cuda
  const int i = static_cast<int>(blockIdx.y * blockDim.y + threadIdx.y);
  const int j = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  if (i >= m || j >= n) return;
  double sum = 0;
  for (int l = 0; l < k; ++l) sum += static_cast<double>(a[i * k + l]) * b[l * n + j];
  y[i * n + j] = static_cast<float>(sum);
  // END SOLUTION
}

/// Launches matmul_kernel on the stream, in blocks of 16 by 16 threads. m and n are at least 1.
///
/// 1. dim3(x, y) has two dimensions. The grid has n / 16 blocks in x and m / 16 in y, rounded up.
void matmul_cuda(const float* a, const float* b, float* y, int m, int k, int n, cudaStream_t stream) {
  // BEGIN SOLUTION matmul_cuda
  const dim3 threads(16, 16);
  const dim3 blocks(static_cast<unsigned>(n + 15) / 16, static_cast<unsigned>(m + 15) / 16);
  matmul_kernel<<<blocks, threads, 0, stream>>>(a, b, y, m, k, n);
  // END SOLUTION
}

}  // namespace layers
