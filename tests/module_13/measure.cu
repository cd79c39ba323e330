// What `./tito module measure 13` launches: the kernels of the module, and the naive ones that its lesson
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

/// The accesses of a tile without the 33rd column, but not its result, which students compute.
__global__ void write_rows_and_read_columns(const float* x, float* y, int side) {
  __shared__ float square[32][32];
  const unsigned lane = threadIdx.x, corner = (blockIdx.y * static_cast<unsigned>(side) + blockIdx.x) * 32;
  for (unsigned row = threadIdx.y; row < 32; row += blockDim.y)
    square[row][lane] = x[corner + row * static_cast<unsigned>(side) + lane];
  __syncthreads();
  for (unsigned row = threadIdx.y; row < 32; row += blockDim.y)
    y[corner + row * static_cast<unsigned>(side) + lane] = square[lane][row];
}

TEST(Transpose, Of128x128WithATileOf32Columns) {
  Floats x(ones(kSide * kSide)), y(kSide * kSide);
  write_rows_and_read_columns<<<dim3(kSide / 32, kSide / 32), dim3(32, 8)>>>(x.data(), y.data(), kSide);
  EXPECT_EQ(y.values().size(), std::size_t{kSide * kSide});
}

TEST(MatmulTiled, Of64x64Times64x64) {
  Floats a(ones(64 * 64)), b(ones(64 * 64)), y(64 * 64);
  matmul_tiled(a.data(), b.data(), y.data(), 64, 64, 64, nullptr);
  EXPECT_EQ(y.values().size(), std::size_t{64 * 64});
}

/// The accesses of a product without tiles, but not its result, which students compute.
__global__ void read_rows_and_columns(const float* a, const float* b, float* y, int n) {
  const int row = static_cast<int>(blockIdx.y * blockDim.y + threadIdx.y);
  const int column = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  float largest = 0;
  for (int k = 0; k < n; ++k) {
    const float of_row = a[row * n + k];
    largest = fmaxf(largest, fmaxf(of_row, b[k * n + column]));
  }
  y[row * n + column] = largest;
}

TEST(MatmulTiled, Of64x64Times64x64WithoutTiles) {
  Floats a(ones(64 * 64)), b(ones(64 * 64)), y(64 * 64);
  read_rows_and_columns<<<dim3(4, 4), dim3(16, 16)>>>(a.data(), b.data(), y.data(), 64);
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
