#include <cuda_fp16.h>
#include <gtest/gtest.h>

#include <bit>
#include <cmath>

#include "tests/simt/testing.h"

namespace simt {
namespace {

__global__ void shuffles(int* up, int* down, int* exchanged, int* first) {
  const int lane = static_cast<int>(threadIdx.x);
  up[lane] = __shfl_up_sync(~0U, lane, 3, 16);
  down[lane] = __shfl_down_sync(~0U, lane, 3, 16);
  exchanged[lane] = __shfl_xor_sync(~0U, lane, 5);
  first[lane] = __shfl_sync(~0U, lane, 9, 8);  // lane 9 % 8 of each eight
}

TEST(Warp, ShufflesStayWithinTheirWidth) {
  const DeviceArray<int> up(32), down(32), exchanged(32), first(32);
  launch_kernel(KERNEL(shuffles), 1, 32, 0, nullptr, up.data(), down.data(), exchanged.data(), first.data());
  for (int lane = 0; lane < 32; ++lane) {
    const auto i = static_cast<std::size_t>(lane);
    EXPECT_EQ(up.values()[i], lane % 16 >= 3 ? lane - 3 : lane);
    EXPECT_EQ(down.values()[i], lane % 16 < 13 ? lane + 3 : lane);
    EXPECT_EQ(exchanged.values()[i], lane ^ 5);
    EXPECT_EQ(first.values()[i], lane / 8 * 8 + 1);
  }
}

__global__ void shuffle_types(double* d, long long* l, float* f, unsigned* h) {
  const int lane = static_cast<int>(threadIdx.x);
  d[lane] = __shfl_xor_sync(~0U, lane + 0.5, 1);
  l[lane] = __shfl_xor_sync(~0U, static_cast<long long>(lane) << 40, 1);
  f[lane] = __shfl_xor_sync(~0U, static_cast<float>(lane) / 4, 1);
  h[lane] = __half_as_ushort(__shfl_xor_sync(~0U, __half(lane), 1));
}

TEST(Warp, ShufflesSupportTypesOfUpToEightBytes) {
  const DeviceArray<double> d(32);
  const DeviceArray<long long> l(32);
  const DeviceArray<float> f(32);
  const DeviceArray<unsigned> h(32);
  launch_kernel(KERNEL(shuffle_types), 1, 32, 0, nullptr, d.data(), l.data(), f.data(), h.data());
  EXPECT_EQ(d.values()[6], 7.5);
  EXPECT_EQ(l.values()[6], 7LL << 40);
  EXPECT_EQ(f.values()[6], 1.75F);
  EXPECT_EQ(h.values()[6], 0x4700U);  // 7
}

__global__ void shuffle_from_outside(float* y) {
  if (threadIdx.x < 4) {
    y[threadIdx.x] = __shfl_sync(0xfU, 1.0F, threadIdx.x == 0 ? 20 : 1);
  }
}

TEST(Warp, AShuffleFromALaneOutsideTheMaskIsNaN) {
  const DeviceArray<float> y(4);
  launch_kernel(KERNEL(shuffle_from_outside), 1, 32, 0, nullptr, y.data());
  EXPECT_TRUE(std::isnan(y.values()[0]));
  EXPECT_EQ(y.values()[1], 1.0F);
}

__global__ void votes(unsigned* y) {
  const unsigned lane = threadIdx.x % 32;
  const unsigned even = __ballot_sync(~0U, lane % 2 == 0);
  const int any = __any_sync(~0U, lane == 7), none = __any_sync(~0U, lane > 31);
  const int all = __all_sync(~0U, lane < 32), not_all = __all_sync(~0U, lane != 7);
  if (lane == 0) {
    y[0] = even;
    y[1] = static_cast<unsigned>(any * 8 + none * 4 + all * 2 + not_all);
  }
  if (lane < 5) {  // only some of the lanes
    const unsigned some = __ballot_sync(0x1fU, lane > 2);
    if (lane == 0) {
      y[2] = some;
    }
  }
}

TEST(Warp, Votes) {
  const DeviceArray<unsigned> y(3);
  launch_kernel(KERNEL(votes), 1, 32, 0, nullptr, y.data());
  EXPECT_EQ(y.values(), (std::vector<unsigned>{0x55555555U, 8 + 2, 0x18}));
}

__global__ void count_threads(int* y) {
  const int count = __syncthreads_count(threadIdx.x % 3 == 0);
  const int any = __syncthreads_or(threadIdx.x == 77), none = __syncthreads_or(threadIdx.x > 99);
  const int all = __syncthreads_and(threadIdx.x < 100), not_all = __syncthreads_and(threadIdx.x != 77);
  if (threadIdx.x == 99) {
    y[0] = count;
    y[1] = any * 8 + none * 4 + all * 2 + not_all;
  }
}

TEST(Block, BarriersThatVote) {
  const DeviceArray<int> y(2);
  for (const Options& schedule : schedules()) {
    const WithOptions with(schedule);
    launch_kernel(KERNEL(count_threads), 1, 100, 0, nullptr, y.data());
    EXPECT_EQ(y.values(), (std::vector<int>{34, 8 + 2}));
  }
}

__global__ void atomics(int* i, unsigned* u, unsigned long long* l, float* f, double* d) {
  const int t = static_cast<int>(threadIdx.x);
  atomicAdd(&i[0], t);
  atomicMax(&i[1], t);
  atomicMin(&i[2], -t);
  atomicAdd(&u[0], 1U);
  atomicOr(&u[1], 1U << (threadIdx.x % 32));
  atomicInc(&u[2], 9U);
  atomicAdd(l, 1ULL << 33U);
  atomicAdd(f, 0.5F);
  atomicAdd(d, 0.25);
  atomicCAS(&i[3], 0, 7);
  atomicExch(&u[3], 5U);
}

TEST(Block, Atomics) {
  for (const Options& schedule : schedules()) {
    const WithOptions with(schedule);
    const DeviceArray<int> i({0, 0, 0, 0});
    const DeviceArray<unsigned> u({0, 0, 0, 0});
    const DeviceArray<unsigned long long> l({0});
    const DeviceArray<float> f({0});
    const DeviceArray<double> d({0});
    launch_kernel(KERNEL(atomics), 4, 64, 0, nullptr, i.data(), u.data(), l.data(), f.data(), d.data());
    EXPECT_EQ(i.values(), (std::vector<int>{4 * 2016, 63, -63, 7}));
    EXPECT_EQ(u.values(), (std::vector<unsigned>{256, ~0U, 256 % 10, 5}));
    EXPECT_EQ(l.values()[0], 1ULL << 41U);
    EXPECT_EQ(f.values()[0], 128.0F);
    EXPECT_EQ(d.values()[0], 64.0);
  }
}

__global__ void shapes(unsigned* y) {
  const unsigned thread = (threadIdx.z * blockDim.y + threadIdx.y) * blockDim.x + threadIdx.x;
  const unsigned block = (blockIdx.z * gridDim.y + blockIdx.y) * gridDim.x + blockIdx.x;
  atomicAdd(&y[block * blockDim.x * blockDim.y * blockDim.z + thread], 1U);
}

TEST(Block, EachThreadOfEachBlockRunsOnce) {
  for (const Options& schedule : schedules()) {
    const WithOptions with(schedule);
    const DeviceArray<unsigned> y(std::vector<unsigned>(24 * 30, 0));
    launch_kernel(KERNEL(shapes), dim3(2, 3, 4), dim3(5, 3, 2), 0, nullptr, y.data());
    EXPECT_EQ(y.values(), std::vector<unsigned>(24 * 30, 1));
  }
}

}  // namespace
}  // namespace simt
