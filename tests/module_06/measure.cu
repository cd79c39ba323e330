// What `./tito module measure 06` launches.
#include "modules/06_spatial/spatial_cuda.h"

#include <gtest/gtest.h>

#include <vector>

#include "modules/course/device_array.h"

namespace {

using Floats = tinytorch::course::DeviceArray<float>;

TEST(Conv2dCuda, Of4Channels32x32With8Filters3x3) {
  constexpr int kChannels = 4, kSide = 32, kFilters = 8, kKernel = 3;
  constexpr int kImage = kSide * kSide;
  Floats x(std::vector<float>(kChannels * kImage, 1)),
      weight(std::vector<float>(kFilters * kChannels * kKernel * kKernel, 1)),
      bias(std::vector<float>(kFilters, 1)), y(kFilters * kImage);
  const spatial::Conv sizes{.batch = 1,
                            .channels = kChannels,
                            .height = kSide,
                            .width = kSide,
                            .filters = kFilters,
                            .kernel = kKernel,
                            .stride = 1,
                            .padding = 1,
                            .out_height = kSide,
                            .out_width = kSide};
  spatial::conv2d_cuda(sizes, x.data(), weight.data(), bias.data(), y.data(), nullptr);
  EXPECT_EQ(y.values().size(), std::size_t{kFilters * kImage});  // or the kernel fails
}

}  // namespace
