#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/simt/testing.h"

// Each kernel waits in a way that CUDA does not define. The report names the kernel, the thread and the line.
namespace simt {
namespace {

using testing::HasSubstr;

constexpr unsigned kOtherBarrier = __LINE__ + 5;
__global__ void two_barriers() {
  if (threadIdx.x < 40) {
    __syncthreads();
  } else {
    __syncthreads();
  }
}

constexpr unsigned kAfterExit = __LINE__ + 5;
__global__ void barrier_after_exit() {
  if (threadIdx.x == 5) {
    return;
  }
  __syncthreads();
}

constexpr unsigned kWithoutSelf = __LINE__ + 1;
__global__ void mask_without_self() { __syncwarp(0xffU); }

constexpr unsigned kExited = __LINE__ + 5;
__global__ void mask_with_exited() {
  if (threadIdx.x == 0) {
    return;
  }
  __shfl_xor_sync(~0U, 1, 1);
}

constexpr unsigned kExitsLater = __LINE__ + 3;
__global__ void lane_that_exits() {
  if (threadIdx.x > 0) {
    __any_sync(~0U, 1);
  }
}

constexpr unsigned kDisagree = __LINE__ + 3;
__global__ void masks_that_disagree() {
  const unsigned mask = threadIdx.x == 31 ? ~0U : ~0U >> 1U;
  __syncwarp(mask);
}

constexpr unsigned kDivergent = __LINE__ + 5;
__global__ void different_operations() {
  if (threadIdx.x % 2 == 0) {
    __syncwarp();
  } else {
    __ballot_sync(~0U, 1);
  }
}

constexpr unsigned kDeadlock = __LINE__ + 3;
__global__ void deadlock() {
  if (threadIdx.x < 32) {
    __syncthreads();
  } else if (threadIdx.x == 32) {
    __syncwarp(0x3U);
  } else {
    __syncthreads();
  }
}

class SynchronizationFault : public testing::Test {
 protected:
  ~SynchronizationFault() override { reset_device(); }

  // Launches the kernel in all schedules. Each time the report has this text and line, and the device fails.
  template <class... P>
  void expect_fault(const NamedKernel<P...>& kernel, const char* what, unsigned line) {
    for (const Options& schedule : schedules()) {
      const WithOptions with(schedule);
      EXPECT_EQ(launch_kernel(kernel, 2, 64, 0, nullptr), cudaSuccess)
          << "a launch does not wait for its kernel";
      EXPECT_THAT(last_fault(), HasSubstr(std::string("simt: ERROR in kernel ") + kernel.name + ", block ("));
      EXPECT_THAT(last_fault(), HasSubstr(what));
      EXPECT_THAT(last_fault(), HasSubstr("synchronization_faults.cu:" + std::to_string(line)));
      EXPECT_EQ(cudaDeviceSynchronize(), cudaErrorLaunchFailure);
      reset_device();
    }
  }
};

TEST_F(SynchronizationFault, ThreadsAtDifferentBarriers) {
  expect_fault(KERNEL(two_barriers), "divergent __syncthreads: others of the block wait at another",
               kOtherBarrier);
}

TEST_F(SynchronizationFault, BarrierAfterThreadsExited) {
  expect_fault(KERNEL(barrier_after_exit), "divergent __syncthreads: 1 thread", kAfterExit);
}

TEST_F(SynchronizationFault, MaskWithoutTheThreadItself) {
  expect_fault(KERNEL(mask_without_self), "the mask 0xff of a warp operation lacks the thread's own lane",
               kWithoutSelf);
}

TEST_F(SynchronizationFault, MaskWithAnExitedLane) {
  const WithOptions with(in_order(Order::forward));
  EXPECT_EQ(launch_kernel(KERNEL(mask_with_exited), 1, 32, 0, nullptr), cudaSuccess);
  EXPECT_THAT(last_fault(), HasSubstr("names lane 0, which has exited or does not exist"));
  EXPECT_THAT(last_fault(), HasSubstr("synchronization_faults.cu:" + std::to_string(kExited)));
}

TEST_F(SynchronizationFault, MaskWithALaneThatDoesNotExist) {
  EXPECT_EQ(launch_kernel(KERNEL(mask_with_exited), 1, dim3(2), 0, nullptr), cudaSuccess);
  EXPECT_THAT(last_fault(), HasSubstr("of a warp operation names lane "));
}

TEST_F(SynchronizationFault, LaneExitsWhileOthersWaitForIt) {
  const char* either =
      "of ";  // the order decides which of two reports: the lane exits before or after the others arrive
  expect_fault(KERNEL(lane_that_exits), either, kExitsLater);
}

TEST_F(SynchronizationFault, LanesDisagreeOnTheMask) {
  expect_fault(KERNEL(masks_that_disagree), " ", kDisagree);
}

TEST_F(SynchronizationFault, LanesInDifferentWarpOperations) {
  expect_fault(KERNEL(different_operations), "divergent warp operation: the lanes disagree", kDivergent);
}

TEST_F(SynchronizationFault, Deadlock) {
  expect_fault(KERNEL(deadlock), "deadlock: no thread can run", kDeadlock);
  EXPECT_EQ(launch_kernel(KERNEL(deadlock), 1, 64, 0, nullptr), cudaSuccess);
  EXPECT_THAT(last_fault(), HasSubstr("1 thread in a warp operation with mask 0x3 at"));
}

__global__ void store_one(int* y) { *y = 1; }

TEST_F(SynchronizationFault, TheDeviceFailsUntilItIsReset) {
  const DeviceArray<int> y({0});
  EXPECT_EQ(launch_kernel(KERNEL(two_barriers), 1, 64, 0, nullptr), cudaSuccess);
  int* more = nullptr;
  EXPECT_EQ(cudaGetLastError(), cudaErrorLaunchFailure);
  EXPECT_EQ(cudaGetLastError(), cudaErrorLaunchFailure);
  EXPECT_EQ(cudaStreamSynchronize(nullptr), cudaErrorLaunchFailure);
  EXPECT_EQ(cudaMalloc(&more, 4), cudaErrorLaunchFailure);
  EXPECT_EQ(launch_kernel(KERNEL(store_one), 1, 1, 0, nullptr, y.data()), cudaErrorLaunchFailure);
  reset_device();
  EXPECT_EQ(cudaGetLastError(), cudaSuccess);
  EXPECT_EQ(last_fault(), "");
  EXPECT_EQ(launch_kernel(KERNEL(store_one), 1, 1, 0, nullptr, y.data()), cudaSuccess);
  EXPECT_EQ(y.values()[0], 1);
}

__global__ void too_much_shared() {
  SHARED(float, tile, [8 << 10]);
  tile[threadIdx.x] = dynamic_shared<float>()[threadIdx.x];
}

TEST_F(SynchronizationFault, StaticAndDynamicSharedMemoryTogetherHaveALimit) {
  EXPECT_EQ(launch_kernel(KERNEL(too_much_shared), 1, 32, 16 << 10, nullptr), cudaSuccess);
  EXPECT_EQ(launch_kernel(KERNEL(too_much_shared), 1, 32, (16 << 10) + 4, nullptr), cudaErrorInvalidValue);
  EXPECT_EQ(cudaDeviceSynchronize(), cudaSuccess);
}

}  // namespace
}  // namespace simt
