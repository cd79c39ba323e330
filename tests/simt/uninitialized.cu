#include <gtest/gtest.h>

#include <cmath>

#include "tests/simt/testing.h"

// Memory that was not written is NaN, so that a kernel that reads it computes a wrong result.
namespace simt {
namespace {

__global__ void copy_shared(float* y, bool write) {
  SHARED(float, fixed, [32]);
  float* sized = dynamic_shared<float>();
  if (write) {
    fixed[threadIdx.x] = sized[threadIdx.x] = 1.0F;
  }
  y[threadIdx.x] = fixed[threadIdx.x];
  y[32 + threadIdx.x] = sized[threadIdx.x];
}

TEST(Uninitialized, DeviceMemory) {
  const DeviceArray<float> x(64);
  for (const float value : x.values()) {
    EXPECT_TRUE(std::isnan(value));
  }
}

TEST(Uninitialized, SharedMemoryOfEachBlockAnew) {
  const DeviceArray<float> y(64);
  launch_kernel(KERNEL(copy_shared), 1, 32, 32 * sizeof(float), nullptr, y.data(), true);
  EXPECT_EQ(y.values(), std::vector<float>(64, 1.0F));
  launch_kernel(KERNEL(copy_shared), 1, 32, 32 * sizeof(float), nullptr, y.data(), false);
  for (const float value : y.values()) {
    EXPECT_TRUE(std::isnan(value));
  }
}

}  // namespace
}  // namespace simt
