// The checks of module 03's kernel, which run on the device.
#include "modules/03_activations/activations_cuda.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "modules/course/check.h"
#include "modules/course/device_array.h"

namespace activations {
namespace {

using tinytorch::course::DeviceArray;

void check_relu(int n) {
  std::vector<float> x(static_cast<std::size_t>(n)), expected(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    x[i] = static_cast<float>(i % 7) - 3;
    expected[i] = std::max(x[i], 0.0F);
  }
  DeviceArray<float> source(x), result(x.size());
  relu_cuda(source.data(), result.data(), n, nullptr);
  tinytorch::course::check("relu_cuda", {x}, result.values(), expected);
}

TEST(ReluCuda, ComputesABlock) { check_relu(256); }
TEST(ReluCuda, ComputesSeveralBlocks) { check_relu(1024); }
TEST(ReluCuda, WritesNothingBeyondTheEnd) {
  DeviceArray<float> source(std::vector<float>(1000, 1)), result(1000);
  relu_cuda(source.data(), result.data(), 1000, nullptr);
  EXPECT_EQ(result.values().size(), 1000U);  // or it throws
}
TEST(ReluCuda, HasAThreadForTheLastElements) { check_relu(1000); }
TEST(ReluCuda, KeepsNaN) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  DeviceArray<float> source(std::vector<float>{nan}), result(1);
  relu_cuda(source.data(), result.data(), 1, nullptr);
  tinytorch::course::check("relu_cuda", {std::vector<float>{nan}}, result.values(), std::vector<float>{nan});
}

}  // namespace
}  // namespace activations
