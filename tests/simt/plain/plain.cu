// Plain CUDA, as nvcc takes it: rewritten, then compiled for the emulated device.
#include <cuda_runtime.h>
#include <gtest/gtest.h>

#include <vector>

namespace simt {
namespace {

template <class T>
__global__ void reverse_blocks(const T* x, T* y, int n) {
  __shared__ T tile[64], unused;
  extern __shared__ T copies[];
  const int i = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  if (threadIdx.x == 0) unused = 0;
  tile[threadIdx.x] = i < n ? x[i] : T(0);
  copies[threadIdx.x] = 2 * tile[threadIdx.x];
  __syncthreads();
  const unsigned other = blockDim.x - 1 - threadIdx.x;
  if (i < n) y[i] = tile[other] + copies[other] + unused;
}

__global__ void fill(float* y, float value) { y[threadIdx.x] = value; }

template <class T>
std::vector<T> copied(const T* data, std::size_t size) {
  std::vector<T> values(size);
  EXPECT_EQ(cudaMemcpy(values.data(), data, size * sizeof(T), cudaMemcpyDeviceToHost), cudaSuccess);
  return values;
}

TEST(PlainCuda, RunsOnTheDevice) {
  double *x = nullptr, *y = nullptr;
  ASSERT_EQ(cudaMalloc(&x, 128 * sizeof(double)), cudaSuccess);
  ASSERT_EQ(cudaMalloc(&y, 128 * sizeof(double)), cudaSuccess);
  std::vector<double> values(128);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<double>(i);
  cudaMemcpy(x, values.data(), 128 * sizeof(double), cudaMemcpyHostToDevice);
  // The type of T follows from the arguments; 128 is an int, and 64 * 8 a size.
  reverse_blocks<<<2, 64, 64 * 8>>>(x, y, 128);
  EXPECT_EQ(cudaGetLastError(), cudaSuccess);
  const std::vector<double> result = copied(y, 128);
  for (std::size_t i = 0; i < 128; ++i)
    EXPECT_EQ(result[i], 3 * static_cast<double>(i / 64 * 64 + 63 - i % 64)) << i;
  cudaFree(x);
  cudaFree(y);
}

TEST(PlainCuda, ConvertsArgumentsAndReportsBadLaunches) {
  float* y = nullptr;
  ASSERT_EQ(cudaMalloc(&y, 32 * sizeof(float)), cudaSuccess);
  void (*kernel)(float*, float) = fill;
  cudaStream_t stream = nullptr;
  kernel<<<1, dim3(32), 0, stream>>>(y, 7);
  EXPECT_EQ(copied(y, 32), std::vector<float>(32, 7));
  fill<<<1, 2000>>>(y, 7);
  EXPECT_EQ(cudaGetLastError(), cudaErrorInvalidConfiguration);
  cudaFree(y);
}

}  // namespace
}  // namespace simt
