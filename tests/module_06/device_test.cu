// The checks of module 06's kernel, which run on the device.
#include "modules/06_spatial/spatial_cuda.h"

#include <gtest/gtest.h>

#include <vector>

#include "modules/course/check.h"
#include "modules/course/device_array.h"
#include "tests/module_06/reference.h"

namespace spatial {
namespace {

using tinytorch::course::DeviceArray;

Floats result_of(const Conv& s, const Floats& x, const Floats& weight, const Floats& bias) {
  DeviceArray<float> of_x(x), of_weight(weight), of_bias(bias), of_y(size_of_y(s));
  conv2d_cuda(s, of_x.data(), of_weight.data(), of_bias.data(), of_y.data(), nullptr);
  return of_y.values();
}

void check_conv(const Conv& s) {
  const Floats x = numbers(size_of_x(s), 1), weight = numbers(size_of_weight(s), 2),
               bias = numbers(static_cast<std::size_t>(s.filters), 3);
  tinytorch::course::check("conv2d_cuda", {x, weight, bias}, result_of(s, x, weight, bias),
                           reference(s, x, weight, bias));
}

TEST(Conv2dCuda, OfOneBlock) { check_conv(conv(1, 1, 10, 18, 1, 3)); }  // 8 x 16 elements
TEST(Conv2dCuda, OfSeveralBlocks) { check_conv(conv(2, 2, 10, 18, 3, 3)); }
TEST(Conv2dCuda, WritesNothingBeyondTheEnd) {
  const Conv s = conv(1, 1, 6, 7, 1, 3);
  EXPECT_EQ(result_of(s, Floats(size_of_x(s)), Floats(9), Floats(1)).size(), 20U);  // or it throws
}
TEST(Conv2dCuda, HasAThreadForTheLastElements) { check_conv(conv(1, 1, 6, 47, 1, 3)); }
TEST(Conv2dCuda, WithAStrideAndPadding) { check_conv(conv(2, 2, 7, 5, 2, 3, 2, 1)); }

}  // namespace
}  // namespace spatial
