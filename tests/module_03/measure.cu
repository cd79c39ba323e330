// What `./tito module measure 03` launches.
#include "modules/03_activations/activations_cuda.h"

#include <gtest/gtest.h>

#include <vector>

#include "modules/course/device_array.h"

namespace {

TEST(ReluCuda, Of4096Elements) {
  constexpr int kSize = 4096;
  tinytorch::course::DeviceArray<float> x(std::vector<float>(kSize, 1)), y(kSize);
  activations::relu_cuda(x.data(), y.data(), kSize, nullptr);
  EXPECT_EQ(y.values().size(), x.values().size());  // or the kernel fails
}

}  // namespace
