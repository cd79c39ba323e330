// Kernels whose requests are known by hand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "kernels/simt/counters/counters.h"
#include "tests/simt/testing.h"

namespace simt {
namespace {

using ::testing::HasSubstr;

constexpr unsigned kCopyLine = __LINE__ + 3;
__global__ void copy_strided(const float* x, float* y, unsigned stride, unsigned offset) {
  const unsigned i = threadIdx.x;
  y[i] = x[i * stride + offset];
}

template <unsigned kColumns>
__global__ void sum_column(float* y) {
  SHARED(float, tile, [32][kColumns]);
  for (unsigned r = 0; r < 32; ++r) {
    tile[r][threadIdx.x] = 1;
  }
  __syncthreads();
  y[threadIdx.x] = tile[threadIdx.x][0];
}

/// The counts of what this does.
template <class F>
std::vector<KernelCounts> counts_of(const F& launches) {
  take_counts();
  count_accesses(true);
  launches();
  count_accesses(false);
  return take_counts();
}

/// The only line of the only kernel with this memory and access.
LineCounts only(const std::vector<KernelCounts>& kernels, Memory memory, Access access) {
  LineCounts found;
  int lines = 0;
  for (const KernelCounts& kernel : kernels) {
    for (const LineCounts& line : kernel.lines) {
      if (line.memory != memory || line.access != access) continue;
      found = line;
      ++lines;
    }
  }
  EXPECT_EQ(lines, 1);
  return found;
}

std::vector<KernelCounts> copy_counts(unsigned stride, unsigned offset) {
  const DeviceArray<float> x(std::vector<float>(32 * 32 + 8)), y(32);
  return counts_of(
      [&] { launch_kernel(KERNEL(copy_strided), 1, 32, 0, nullptr, x.data(), y.data(), stride, offset); });
}
LineCounts copy_loads(unsigned stride, unsigned offset) {
  return only(copy_counts(stride, offset), Memory::global, Access::load);
}

TEST(Counters, CountSectorsOfEachRequest) {
  EXPECT_EQ(copy_loads(1, 0).sectors, 4U);  // 32 floats are 128 bytes
  EXPECT_EQ(copy_loads(1, 1).sectors, 5U);  // from the middle of a sector on
  EXPECT_EQ(copy_loads(2, 0).sectors, 8U);
  EXPECT_EQ(copy_loads(32, 0).sectors, 32U);
  EXPECT_EQ(copy_loads(0, 0).sectors, 1U);  // all read the same
}

TEST(Counters, NameTheKernelAndTheLine) {
  const std::vector<KernelCounts> counts = copy_counts(1, 0);
  ASSERT_EQ(counts.size(), 1U);
  EXPECT_EQ(counts[0].kernel, "copy_strided");
  EXPECT_EQ(counts[0].launches, 1U);
  ASSERT_EQ(counts[0].lines.size(), 2U);
  for (const LineCounts& line : counts[0].lines) {
    EXPECT_THAT(line.at.file, HasSubstr("counters/counters.cu"));
    EXPECT_EQ(line.at.line, kCopyLine);
    EXPECT_EQ(line.requests, 1U);
    EXPECT_EQ(line.bytes, 128U);
    EXPECT_EQ(line.sectors, 4U);
  }
  EXPECT_TRUE(take_counts().empty());
}

TEST(Counters, CountNothingUnlessAsked) {
  const DeviceArray<float> x(32), y(32);
  launch_kernel(KERNEL(copy_strided), 1, 32, 0, nullptr, x.data(), y.data(), 1U, 0U);
  EXPECT_TRUE(take_counts().empty());
}

template <unsigned kColumns>
LineCounts column_loads() {
  const DeviceArray<float> y(32);
  return only(counts_of([&] { launch_kernel(KERNEL(sum_column<kColumns>), 1, 32, 0, nullptr, y.data()); }),
              Memory::shared, Access::load);
}

TEST(Counters, CountBankConflicts) {
  const LineCounts conflict = column_loads<32>(), none = column_loads<33>();
  EXPECT_EQ(conflict.requests, 1U);
  EXPECT_EQ(conflict.ways, 32U);
  EXPECT_EQ(conflict.passes, 32U);
  EXPECT_EQ(conflict.least_passes, 1U);
  EXPECT_EQ(none.requests, 1U);
  EXPECT_EQ(none.ways, 1U);
  EXPECT_EQ(none.passes, 1U);
}

__global__ void share_doubles(double* y) {
  SHARED(double, values, [32]);
  values[threadIdx.x] = threadIdx.x;
  __syncthreads();
  y[threadIdx.x] = values[31 - threadIdx.x];
}

TEST(Counters, TakeWideElementsInGroups) {
  const DeviceArray<double> y(32);
  const LineCounts loads =
      only(counts_of([&] { launch_kernel(KERNEL(share_doubles), 1, 32, 0, nullptr, y.data()); }),
           Memory::shared, Access::load);
  EXPECT_EQ(loads.bytes, 256U);
  EXPECT_EQ(loads.passes, 2U);  // half a warp each
  EXPECT_EQ(loads.least_passes, 2U);
  EXPECT_EQ(loads.ways, 1U);
}

__global__ void go_round(const float* x, float* y) {
  float sum = 0;
  for (unsigned i = 0; i <= threadIdx.x % 4; ++i) {
    sum += x[32 * i + threadIdx.x];
  }
  y[threadIdx.x] = sum;
}

TEST(Counters, ReuniteTheLanesOfAWarpAfterALoop) {
  const DeviceArray<float> x(std::vector<float>(160)), y(64);
  const auto counts =
      counts_of([&] { launch_kernel(KERNEL(go_round), 1, 64, 0, nullptr, x.data(), y.data()); });
  const LineCounts loads = only(counts, Memory::global, Access::load);
  EXPECT_EQ(loads.requests, 2 * 4U);  // two warps, whose longest lanes go round four times
  EXPECT_EQ(loads.bytes, 2 * 4U * (32 + 24 + 16 + 8));
  EXPECT_EQ(only(counts, Memory::global, Access::store).requests, 2U);
}

__global__ void branch(const float* x, float* y, double* z) {
  if (threadIdx.x % 2 == 0) {
    y[threadIdx.x] = x[threadIdx.x];
  } else {
    z[threadIdx.x] = 1;
  }
}

TEST(Counters, SplitAWarpThatBranches) {
  const DeviceArray<float> x(std::vector<float>(32)), y(32);
  const DeviceArray<double> z(32);
  const auto counts =
      counts_of([&] { launch_kernel(KERNEL(branch), 1, 32, 0, nullptr, x.data(), y.data(), z.data()); });
  ASSERT_EQ(counts.size(), 1U);
  ASSERT_EQ(counts[0].lines.size(), 3U);
  for (const LineCounts& line : counts[0].lines) EXPECT_EQ(line.requests, 1U);
  EXPECT_EQ(counts[0].lines[0].bytes, 16U * 4);
  EXPECT_EQ(counts[0].lines[1].bytes, 16U * 4);
  EXPECT_EQ(counts[0].lines[2].bytes, 16U * 8);
  EXPECT_EQ(counts[0].lines[2].sectors, 8U);
}

__global__ void copy_vectors(const float4* x, float4* y) {
  SHARED(float4, values, [32]);
  values[threadIdx.x] = x[threadIdx.x];
  __syncthreads();
  y[threadIdx.x] = values[31 - threadIdx.x];
}

TEST(Counters, TakeAVectorAsOneElement) {
  const DeviceArray<float4> x(std::vector<float4>(32)), y(32);
  const auto counts =
      counts_of([&] { launch_kernel(KERNEL(copy_vectors), 1, 32, 0, nullptr, x.data(), y.data()); });
  ASSERT_EQ(counts[0].lines.size(), 4U);
  for (const LineCounts& line : counts[0].lines) {
    EXPECT_EQ(line.requests, 1U);
    EXPECT_EQ(line.bytes, 512U);
    EXPECT_EQ(line.memory == Memory::global ? line.sectors : line.passes,
              line.memory == Memory::global ? 16U : 4U);
  }
}

__global__ void count_up(unsigned* sum) { atomicAdd(sum, 1U); }

TEST(Counters, CountAnAtomicOnceAtItsLine) {
  const DeviceArray<unsigned> sum{0};
  const auto counts = counts_of([&] { launch_kernel(KERNEL(count_up), 1, 32, 0, nullptr, sum.data()); });
  const LineCounts atomics = only(counts, Memory::global, Access::atomic);
  EXPECT_EQ(counts[0].lines.size(), 1U);
  EXPECT_EQ(atomics.requests, 1U);
  EXPECT_EQ(atomics.sectors, 1U);
  EXPECT_THAT(atomics.at.file, HasSubstr("counters/counters.cu"));
  EXPECT_EQ(sum.values(), std::vector<unsigned>{32});
}

__global__ void sum_warp(const float* x, float* y) {
  float sum = x[blockIdx.x * 32 + threadIdx.x];
  for (int distance = 16; distance > 0; distance /= 2) {
    sum += __shfl_down_sync(~0U, sum, static_cast<unsigned>(distance));
  }
  if (threadIdx.x == 0) {
    y[blockIdx.x] = sum;
  }
}

TEST(Counters, AreTheSameInEachOrder) {
  const DeviceArray<float> x(std::vector<float>(8 * 32)), y(8);
  for (const Options& schedule : schedules()) {
    const WithOptions options(schedule);
    const auto counts =
        counts_of([&] { launch_kernel(KERNEL(sum_warp), 8, 32, 0, nullptr, x.data(), y.data()); });
    EXPECT_EQ(counts[0].launches, 1U);
    EXPECT_EQ(only(counts, Memory::global, Access::load).requests, 8U);
    EXPECT_EQ(only(counts, Memory::global, Access::load).sectors, 32U);
    EXPECT_EQ(only(counts, Memory::global, Access::store).bytes, 32U);
  }
}

// Uninitialized shared memory.

constexpr unsigned kReadLine = __LINE__ + 7;
__global__ void read_beyond(float* y, unsigned written) {
  SHARED(float, values, [32]);
  if (threadIdx.x < written && blockIdx.x == 0) {
    values[threadIdx.x] = 1;
  }
  __syncthreads();
  y[threadIdx.x] = values[threadIdx.x];
}

__global__ void read_dynamic(float* y) { y[threadIdx.x] = dynamic_shared<float>()[threadIdx.x]; }

__global__ void add_atomically(unsigned* y) {
  SHARED(unsigned, sum, [1]);
  atomicAdd(&sum[0], 1U);
  *y = sum[0];
}

/// The report of the fault after this; the device works again.
template <class F>
std::string fault_of(const F& launch) {
  launch();
  const std::string fault = last_fault();
  if (!fault.empty()) reset_device();
  return fault;
}
std::string fault_of_read_beyond(unsigned blocks, unsigned written) {
  const DeviceArray<float> y(32);
  return fault_of([&] { launch_kernel(KERNEL(read_beyond), blocks, 32, 0, nullptr, y.data(), written); });
}

TEST(UninitializedSharedMemory, IsAFaultWithKernelAndLine) {
  const std::string fault = fault_of_read_beyond(1, 31);
  EXPECT_THAT(fault,
              HasSubstr("simt: ERROR in kernel read_beyond, block (0,0,0), thread (31,0,0): reads "
                        "uninitialized shared memory, which no thread of the block has written: byte 124 "
                        "of a variable of 128 bytes, at "));
  EXPECT_THAT(fault, HasSubstr("counters/counters.cu:" + std::to_string(kReadLine)));
}

TEST(UninitializedSharedMemory, IsThatOfEachBlock) {
  EXPECT_EQ(fault_of_read_beyond(1, 32), "");
  EXPECT_THAT(fault_of_read_beyond(2, 32), HasSubstr("block (1,0,0)"));  // what block 0 wrote is gone
}

TEST(UninitializedSharedMemory, CanBeDynamicOrAtomic) {
  const DeviceArray<float> y(32);
  EXPECT_THAT(fault_of([&] { launch_kernel(KERNEL(read_dynamic), 1, 32, 128, nullptr, y.data()); }),
              HasSubstr("kernel read_dynamic"));
  const DeviceArray<unsigned> sum(1);
  EXPECT_THAT(fault_of([&] { launch_kernel(KERNEL(add_atomically), 1, 32, 0, nullptr, sum.data()); }),
              HasSubstr("kernel add_atomically"));
}

struct Padded {
  char tag;
  float value;
};
__global__ void copy_padded(Padded* y) {
  SHARED(Padded, values, [32]);
  values[threadIdx.x].tag = 'a';
  values[threadIdx.x].value = 1;
  __syncthreads();
  y[threadIdx.x] = values[31 - threadIdx.x];
}

TEST(UninitializedSharedMemory, DoesNotIncludePadding) {
  const DeviceArray<Padded> y(32);
  EXPECT_EQ(fault_of([&] { launch_kernel(KERNEL(copy_padded), 1, 32, 0, nullptr, y.data()); }), "");
}

__global__ void clear_by_library(float* y) {
  SHARED(float, values, [64]);
  SHARED(float, copies, [64]);
  if (threadIdx.x == 0) {
    memset(values, 0, sizeof values);
    memcpy(copies, values, sizeof values);
  }
  __syncthreads();
  y[threadIdx.x] = copies[threadIdx.x];
}

TEST(UninitializedSharedMemory, IsWrittenByMemsetAndMemcpy) {
  const DeviceArray<float> y(32);
  EXPECT_EQ(fault_of([&] { launch_kernel(KERNEL(clear_by_library), 1, 32, 0, nullptr, y.data()); }), "");
}

}  // namespace
}  // namespace simt
