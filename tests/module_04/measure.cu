// What `./tito module measure 04` launches.
#include "modules/04_layers/layers_cuda.h"

#include <gtest/gtest.h>

#include <vector>

#include "modules/course/device_array.h"

namespace {

TEST(MatmulCuda, Of64x64Times64x64) {
  constexpr int kSide = 64;
  const std::vector<float> ones(kSide * kSide, 1);
  tinytorch::course::DeviceArray<float> a(ones), b(ones), y(ones.size());
  layers::matmul_cuda(a.data(), b.data(), y.data(), kSide, kSide, kSide, nullptr);
  EXPECT_EQ(y.values().size(), ones.size());  // or the kernel fails
}

}  // namespace
