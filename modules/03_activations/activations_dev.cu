// Module 03, on a GPU: relu as a CUDA kernel. Section 6 of README.md tells what a kernel is.
//
//     ./tito module test 03 runs it on the emulated device. It is plain CUDA, which nvcc compiles as it is.

#include "modules/03_activations/activations_cuda.h"

#include "modules/course/device_todo.h"

using tinytorch::course::todo;

namespace activations {

/// y[i] = relu(x[i]) for each i below n: one thread computes one element. blockIdx.x is the index of the
/// thread's block, blockDim.x the number of threads in a block, threadIdx.x the index of the thread in its
/// block.
///
/// 1. i, the thread's element: all threads of the blocks before, plus its own index.
/// 2. There are as many threads as fill whole blocks, which may be more than n. A thread without an element
/// does nothing:
///    what it wrote would lie outside of y.
__global__ void relu_kernel(const float* x, float* y, int n) {
  // BEGIN SOLUTION relu_cuda
  const int i = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  if (i < n) y[i] = x[i] < 0 ? 0 : x[i];
  // END SOLUTION
}

/// Launches relu_kernel for n elements (at least 1) on the stream, in blocks of 256 threads.
///
/// 1. The number of blocks: n / 256, rounded up, so that there is a thread for each element.
/// 2. kernel<<<blocks, threads, 0, stream>>>(arguments...) launches it.
void relu_cuda(const float* x, float* y, int n, cudaStream_t stream) {
  // BEGIN SOLUTION relu_cuda
  const int threads = 256, blocks = (n + threads - 1) / threads;
  relu_kernel<<<blocks, threads, 0, stream>>>(x, y, n);
  // END SOLUTION
}

}  // namespace activations
