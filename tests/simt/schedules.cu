#include <gtest/gtest.h>

#include <numeric>

#include "tests/simt/testing.h"

// Correct kernels have the same result in every order of threads and blocks.
namespace simt {
namespace {

__global__ void sum_blocks(const int* x, int* sums, int n) {
  SHARED(int, tile, [128]);
  const int i = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  tile[threadIdx.x] = within(i, n) ? x[i] : 0;
  __syncthreads();
  for (unsigned stride = blockDim.x / 2; stride > 0; stride /= 2) {
    if (threadIdx.x < stride) {
      tile[threadIdx.x] += tile[threadIdx.x + stride];
    }
    __syncthreads();
  }
  if (threadIdx.x == 0) {
    sums[blockIdx.x] = tile[0];
  }
}

__global__ void transpose(const int* x, int* y, int n) {
  SHARED(int, tile, [16][17]);
  const unsigned size = static_cast<unsigned>(n);
  const unsigned row = blockIdx.y * 16 + threadIdx.y, column = blockIdx.x * 16 + threadIdx.x;
  if (within(row, size) && within(column, size)) {
    tile[threadIdx.y][threadIdx.x] = x[row * size + column];
  }
  __syncthreads();
  const unsigned to_row = blockIdx.x * 16 + threadIdx.y, to_column = blockIdx.y * 16 + threadIdx.x;
  if (within(to_row, size) && within(to_column, size)) {
    y[to_row * size + to_column] = tile[threadIdx.x][threadIdx.y];
  }
}

// Hillis and Steele's inclusive scan within a warp, by shuffles.
__global__ void scan_warp(const int* x, int* y) {
  int value = x[threadIdx.x];
  for (unsigned delta = 1; delta < 32; delta *= 2) {
    const int other = __shfl_up_sync(~0U, value, delta);
    value += threadIdx.x % 32 >= delta ? other : 0;
  }
  y[threadIdx.x] = value;
}

__global__ void reverse_warp(const int* x, int* y) {
  int* exchange = dynamic_shared<int>();
  exchange[threadIdx.x] = x[threadIdx.x];
  __syncwarp();
  y[threadIdx.x] = exchange[threadIdx.x ^ 31U];
}

// Each block stores a partial sum. The last one to finish, as an atomic counter tells, computes the total.
__global__ void sum_by_last_block(const int* x, int* partial, unsigned* finished, int* total) {
  partial[blockIdx.x] = x[blockIdx.x];
  __threadfence();
  if (atomicAdd(finished, 1) == gridDim.x - 1) {
    int sum = 0;
    for (unsigned i = 0; i < gridDim.x; ++i) {
      sum += partial[i];
    }
    *total = sum;
  }
}

// 1, 2, ... n.
std::vector<int> sequence(std::size_t n) {
  std::vector<int> values(n);
  std::iota(values.begin(), values.end(), 1);
  return values;
}

TEST(Schedules, TreeSumInSharedMemory) {
  const DeviceArray<int> x(sequence(300)), sums(3);
  for (const Options& schedule : schedules()) {
    const WithOptions with(schedule);
    EXPECT_EQ(launch_kernel(KERNEL(sum_blocks), 3, 128, 0, nullptr, x.data(), sums.data(), 300), cudaSuccess);
    EXPECT_EQ(sums.values(), (std::vector<int>{8256, 24640, 12254}));
  }
}

TEST(Schedules, TransposeThroughTiles) {
  constexpr int kSize = 37;
  const DeviceArray<int> x(sequence(kSize * kSize)), y(kSize * kSize);
  for (const Options& schedule : schedules()) {
    const WithOptions with(schedule);
    EXPECT_EQ(
        launch_kernel(KERNEL(transpose), dim3(3, 3), dim3(16, 16), 0, nullptr, x.data(), y.data(), kSize),
        cudaSuccess);
    const std::vector<int> result = y.values();
    EXPECT_EQ(result[1], 1 + kSize);
    EXPECT_EQ(result[kSize * kSize - 2], kSize * (kSize - 1));
  }
}

TEST(Schedules, ScanByShuffles) {
  const DeviceArray<int> x(std::vector<int>(64, 2)), y(64);
  for (const Options& schedule : schedules()) {
    const WithOptions with(schedule);
    EXPECT_EQ(launch_kernel(KERNEL(scan_warp), 1, 64, 0, nullptr, x.data(), y.data()), cudaSuccess);
    const std::vector<int> result = y.values();
    for (int i = 0; i < 64; ++i) {
      EXPECT_EQ(result[static_cast<std::size_t>(i)], 2 * (i % 32 + 1));
    }
  }
}

TEST(Schedules, ExchangeWithinAWarp) {
  const DeviceArray<int> x(sequence(64)), y(64);
  for (const Options& schedule : schedules()) {
    const WithOptions with(schedule);
    EXPECT_EQ(launch_kernel(KERNEL(reverse_warp), 1, 64, 64 * sizeof(int), nullptr, x.data(), y.data()),
              cudaSuccess);
    const std::vector<int> result = y.values();
    for (int i = 0; i < 64; ++i) {
      EXPECT_EQ(result[static_cast<std::size_t>(i)], (i ^ 31) + 1);
    }
  }
}

TEST(Schedules, LastBlockSeesAllOthers) {
  const DeviceArray<int> x(sequence(40)), partial(40), total(1);
  for (const Options& schedule : schedules()) {
    const WithOptions with(schedule);
    const DeviceArray<unsigned> finished(std::vector<unsigned>{0});
    EXPECT_EQ(launch_kernel(KERNEL(sum_by_last_block), 40, 1, 0, nullptr, x.data(), partial.data(),
                            finished.data(), total.data()),
              cudaSuccess);
    EXPECT_EQ(total.values()[0], 820);
  }
}

}  // namespace
}  // namespace simt
