#include <cuda_runtime.h>
#include <simt_portable.h>

#include <cstdio>
#include <vector>

constexpr unsigned kThreads = 256;

// c = a + b, and for each block the sum of its elements of c.
__global__ void add_and_sum(const float* a, const float* b, float* c, float* sums, unsigned n) {
  SHARED(float, partial, [kThreads]);
  const unsigned i = blockIdx.x * kThreads + threadIdx.x, t = threadIdx.x;
  float element = 0;
  if (within(i, n)) {
    element = a[i] + b[i];
    c[i] = element;
  }
  partial[t] = element;
  __syncthreads();
  for (unsigned stride = kThreads / 2; stride > 0; stride /= 2) {
    if (t < stride) partial[t] += partial[t + stride];
    __syncthreads();
  }
  if (t == 0) sums[blockIdx.x] = partial[0];
}

int main() {
  constexpr unsigned kSize = 100'000, kBlocks = (kSize + kThreads - 1) / kThreads;
  const std::vector<float> ones(kSize, 1.0F);
  float *a = nullptr, *b = nullptr, *c = nullptr, *sums = nullptr;
  cudaMalloc(&a, kSize * sizeof(float));
  cudaMalloc(&b, kSize * sizeof(float));
  cudaMalloc(&c, kSize * sizeof(float));
  cudaMalloc(&sums, kBlocks * sizeof(float));
  cudaMemcpy(a, ones.data(), kSize * sizeof(float), cudaMemcpyHostToDevice);
  cudaMemcpy(b, ones.data(), kSize * sizeof(float), cudaMemcpyHostToDevice);

  simt::launch_kernel(KERNEL(add_and_sum), kBlocks, kThreads, 0, nullptr, a, b, c, sums, kSize);

  std::vector<float> host_sums(kBlocks);
  const cudaError_t error =
      cudaMemcpy(host_sums.data(), sums, kBlocks * sizeof(float), cudaMemcpyDeviceToHost);
  float total = 0;
  for (const float sum : host_sums) total += sum;
  std::printf("%s, the sum is %g, expected %g\n", cudaGetErrorString(error), total, 2.0F * kSize);
  for (float* array : {a, b, c, sums}) cudaFree(array);
  return error == cudaSuccess && total == 2.0F * kSize ? 0 : 1;
}
