#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>
#include <string>

#include "tests/simt/testing.h"

namespace simt {
namespace {

constexpr unsigned kBarrier = __LINE__ + 4;
__global__ void read_neighbours(float* y) {
  SHARED(float, tile, [32]);
  tile[threadIdx.x] = 1.0F;
  __syncthreads();
  y[threadIdx.x] = tile[(threadIdx.x + 1) % 32];
}

constexpr unsigned kCheck = __LINE__ + 2;
__global__ void store_within(float* y, int n) {
  if (within(static_cast<int>(threadIdx.x), n)) {
    y[threadIdx.x] = 1.0F;
  }
}

// Leaves out this line of this file for the scope.
class Omitted {
 public:
  explicit Omitted(unsigned line) { omit("simt/omit.cu:" + std::to_string(line)); }
  ~Omitted() { omit(""); }
  Omitted(const Omitted&) = delete;
  Omitted& operator=(const Omitted&) = delete;
};

std::string text(unsigned line) { return "omit.cu:" + std::to_string(line) + "\n"; }

#ifndef __SANITIZE_THREAD__  // which would report the races
constexpr unsigned kWarpBarrier = __LINE__ + 4;
__global__ void read_neighbours_of_warp(float* y) {
  SHARED(float, tile, [32]);
  tile[threadIdx.x] = 1.0F;
  __syncwarp();
  y[threadIdx.x] = tile[(threadIdx.x + 1) % 32];
}

TEST(Omit, LeavesOutABarrier) {
  const WithOptions with(in_order(Order::forward));
  const DeviceArray<float> y(32);
  const Omitted omitted(kBarrier);
  testing::internal::CaptureStderr();
  launch_kernel(KERNEL(read_neighbours), 2, 32, 0, nullptr, y.data());
  EXPECT_THAT(testing::internal::GetCapturedStderr(),
              testing::AllOf(testing::StartsWith("simt: omitted /"), testing::EndsWith(text(kBarrier))));
  EXPECT_TRUE(std::isnan(y.values()[0]));
}

TEST(Omit, LeavesOutAWarpBarrier) {
  const WithOptions with(in_order(Order::forward));
  const DeviceArray<float> y(32);
  const Omitted omitted(kWarpBarrier);
  testing::internal::CaptureStderr();
  launch_kernel(KERNEL(read_neighbours_of_warp), 1, 32, 0, nullptr, y.data());
  EXPECT_THAT(testing::internal::GetCapturedStderr(), testing::EndsWith(text(kWarpBarrier)));
  EXPECT_TRUE(std::isnan(y.values()[0]));
}
#endif

TEST(Omit, LeavesOutACheck) {
  const DeviceArray<float> y(32);
  const Omitted omitted(kCheck);
  testing::internal::CaptureStderr();
  launch_kernel(KERNEL(store_within), 1, 32, 0, nullptr, y.data(), 3);
  EXPECT_THAT(testing::internal::GetCapturedStderr(), testing::EndsWith(text(kCheck)));
  EXPECT_EQ(y.values()[31], 1.0F);
}

TEST(Omit, LeavesOtherLinesAlone) {
  const DeviceArray<float> y(32);
  const Omitted omitted(kCheck + 1);
  testing::internal::CaptureStderr();
  launch_kernel(KERNEL(store_within), 1, 32, 0, nullptr, y.data(), 3);
  launch_kernel(KERNEL(read_neighbours), 1, 3, 0, nullptr, y.data());
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  EXPECT_TRUE(std::isnan(y.values()[31]));
}

TEST(Omit, ReportsThatACallOfTheHostWasReached) {
  cudaEvent_t event = nullptr;
  cudaEventCreateWithFlags(&event, cudaEventDisableTiming);
  for (unsigned line = __LINE__ + 4; line < __LINE__ + 8; ++line) {
    const Omitted omitted(line);
    testing::internal::CaptureStderr();
    // clang-format off
    EXPECT_EQ(cudaEventRecord(event), cudaSuccess);
    EXPECT_EQ(cudaStreamWaitEvent(nullptr, event, 0), cudaSuccess);
    EXPECT_EQ(cudaEventSynchronize(event), cudaSuccess);
    EXPECT_EQ(cudaStreamSynchronize(nullptr), cudaSuccess);
    // clang-format on
    EXPECT_THAT(testing::internal::GetCapturedStderr(), testing::EndsWith(text(line)));
  }
  cudaEventDestroy(event);
}

TEST(Omit, RefusesInvalidSites) {
  EXPECT_THROW(omit("kernel.cu"), std::invalid_argument);
  EXPECT_THROW(omit("kernel.cu:"), std::invalid_argument);
  EXPECT_THROW(omit("kernel.cu:12x"), std::invalid_argument);
  EXPECT_THROW(omit(":12"), std::invalid_argument);
  EXPECT_NO_THROW(omit(""));
}

}  // namespace
}  // namespace simt
