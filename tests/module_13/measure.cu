// What `tito module measure 13` launches: the kernels of the module, and the naive ones that its lesson
// compares them with.
#include "modules/13_kernels/kernels_cuda.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <vector>

#include "modules/course/device_array.h"

// A measurement compares nothing: it passes unless a kernel fails.
namespace kernels_cuda {
namespace {

using Floats = tinytorch::course::DeviceArray<float>;

std::vector<float> ones(int n) { return std::vector<float>(static_cast<std::size_t>(n), 1); }

TEST(Axpy, Of4096Elements) {
  Floats x(ones(4096)), y(ones(4096));
  axpy(2, x.data(), y.data(), 4096, nullptr);
  EXPECT_EQ(y.values().size(), 4096U);
}

__global__ void axpy_in_parts(float a, const float* x, float* y, int part) {
  const int begin = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x) * part;
  for (int i = begin; i < begin + part; ++i) y[i] = a * x[i] + y[i];
}

TEST(Axpy, Of4096ElementsInContiguousParts) {
  Floats x(ones(4096)), y(ones(4096));
  axpy_in_parts<<<1, 128>>>(2, x.data(), y.data(), 32);
  EXPECT_EQ(y.values().size(), 4096U);
}

TEST(BlockSum, Of4096Elements) {
  Floats x(ones(4096)), result(1);
  block_sum(x.data(), result.data(), 4096, nullptr);
  EXPECT_EQ(result.values().size(), 1U);
}

TEST(Sum, Of4096Elements) {
  Floats x(ones(4096)), sums(kMostBlocks), result(1);
  sum(x.data(), sums.data(), result.data(), 4096, nullptr);
  EXPECT_EQ(result.values().size(), 1U);
}

constexpr int kSide = 128;  // of matrices

TEST(Transpose, Of128x128) {
  Floats x(ones(kSide * kSide)), y(kSide * kSide);
  transpose(x.data(), y.data(), kSide, kSide, nullptr);
  EXPECT_EQ(y.values().size(), std::size_t{kSide * kSide});
}

__global__ void transpose_naive(const float* x, float* y, int side) {
  const unsigned i = blockIdx.y * blockDim.y + threadIdx.y, j = blockIdx.x * blockDim.x + threadIdx.x;
  y[j * static_cast<unsigned>(side) + i] = x[i * static_cast<unsigned>(side) + j];
}

TEST(Transpose, Of128x128WithoutATile) {
  Floats x(ones(kSide * kSide)), y(kSide * kSide);
  transpose_naive<<<dim3(kSide / 32, kSide / 8), dim3(32, 8)>>>(x.data(), y.data(), kSide);
  EXPECT_EQ(y.values().size(), std::size_t{kSide * kSide});
}

/// A tile without the 33rd column.
__global__ void transpose_in_one_bank(const float* x, float* y, int side) {
  __shared__ float tile[32][32];
  const unsigned n = static_cast<unsigned>(side), top = blockIdx.y * 32, left = blockIdx.x * 32;
  for (unsigned r = threadIdx.y; r < 32; r += blockDim.y)
    tile[r][threadIdx.x] = x[(top + r) * n + left + threadIdx.x];
  __syncthreads();
  for (unsigned r = threadIdx.y; r < 32; r += blockDim.y)
    y[(left + r) * n + top + threadIdx.x] = tile[threadIdx.x][r];
}

TEST(Transpose, Of128x128WithATileOf32Columns) {
  Floats x(ones(kSide * kSide)), y(kSide * kSide);
  transpose_in_one_bank<<<dim3(kSide / 32, kSide / 32), dim3(32, 8)>>>(x.data(), y.data(), kSide);
  EXPECT_EQ(y.values().size(), std::size_t{kSide * kSide});
}

TEST(MatmulTiled, Of64x64Times64x64) {
  Floats a(ones(64 * 64)), b(ones(64 * 64)), y(64 * 64);
  matmul_tiled(a.data(), b.data(), y.data(), 64, 64, 64, nullptr);
  EXPECT_EQ(y.values().size(), std::size_t{64 * 64});
}

__global__ void matmul_naive(const float* a, const float* b, float* y, int n) {
  const int i = static_cast<int>(blockIdx.y * blockDim.y + threadIdx.y);
  const int j = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  double sum = 0;
  for (int l = 0; l < n; ++l) sum += static_cast<double>(a[i * n + l]) * b[l * n + j];
  y[i * n + j] = static_cast<float>(sum);
}

TEST(MatmulTiled, Of64x64Times64x64WithoutTiles) {
  Floats a(ones(64 * 64)), b(ones(64 * 64)), y(64 * 64);
  matmul_naive<<<dim3(4, 4), dim3(16, 16)>>>(a.data(), b.data(), y.data(), 64);
  EXPECT_EQ(y.values().size(), std::size_t{64 * 64});
}

TEST(SoftmaxRows, Of8Rows1024Columns) {
  Floats x(ones(8 * 1024)), y(8 * 1024);
  softmax_rows(x.data(), y.data(), 8, 1024, nullptr);
  EXPECT_EQ(y.values().size(), std::size_t{8 * 1024});
}

TEST(AttentionTiled, Of64QueriesAnd64KeysOfWidth32) {
  Floats q(ones(64 * 32)), k(ones(64 * 32)), v(ones(64 * 32)), y(64 * 32);
  attention_tiled({.queries = 64, .keys = 64, .width = 32, .value_width = 32}, q.data(), k.data(), v.data(),
                  y.data(), nullptr);
  EXPECT_EQ(y.values().size(), std::size_t{64 * 32});
}

}  // namespace
}  // namespace kernels_cuda
