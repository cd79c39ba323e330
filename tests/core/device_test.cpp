#include "core/device.h"

#include <gtest/gtest.h>

#include <sstream>

#include "core/error.h"
#include "core/ops/arithmetic.h"
#include "core/ops/creation.h"
#include "tests/support/backend.h"
#include "tests/support/tensor_matchers.h"

namespace tinytorch::testing {
namespace {

TEST(Device, ReadsWhatItPrints) {
  for (const Device device : {Device::cpu(), Device::cuda(), Device::cuda(3)}) {
    EXPECT_EQ(Device::parse(to_string(device)), device);
  }
  EXPECT_EQ(Device::parse("cuda"), Device::cuda(0));
  EXPECT_EQ(to_string(Device::cuda(1)), "cuda:1");
  EXPECT_EQ(to_string(Device::cpu()), "cpu");
}

TEST(Device, PrintsItsName) {
  std::ostringstream out;
  out << Device::cpu() << " " << Device::cuda(1);
  EXPECT_EQ(out.str(), "cpu cuda:1");
}

TEST(Device, RefusesOtherNames) {
  for (const char* text :
       {"", "gpu", "CPU", "cpu:0", "cuda:", "cuda:x", "cuda:-1", "cuda:1x", "cuda:99999", " cpu"}) {
    EXPECT_ERROR(
        Device::parse(text), ValueError,
        "[device] \"" + std::string(text) + "\" is not a device; write \"cpu\", \"cuda\" or \"cuda:1\"");
  }
}

TEST(Device, TheCpuIsAlwaysAvailable) {
  EXPECT_TRUE(is_available(Device::cpu()));
  EXPECT_EQ(device_count(DeviceType::cpu), 1);
  EXPECT_EQ(unavailable_reason(DeviceType::cpu), "");
  EXPECT_FALSE(describe(Device::cpu()).empty());
}

TEST(Device, ThatIsMissingSaysWhy) {
  const int n = device_count(DeviceType::cuda);
  const Device beyond = Device::cuda(n);
  EXPECT_FALSE(is_available(beyond));
  EXPECT_EQ(unavailable_reason(DeviceType::cuda).empty(), n > 0);
  EXPECT_THROW(zeros({2}, {.device = beyond}), DeviceError);
  EXPECT_THROW(describe(beyond), DeviceError);
  if (n == 0) {
    EXPECT_ERROR(zeros({2}, {.device = beyond}), DeviceError,
                 "[zeros] " + unavailable_reason(DeviceType::cuda));
  }
}

TEST(Device, IsWhereTensorsAreMadeAndStay) {
  const Tensor x = ones({2}, {.device = backend()});
  EXPECT_EQ(x.device(), backend());
  EXPECT_EQ((x + x).device(), backend());
  EXPECT_EQ((x * 2).device(), backend());
  EXPECT_EQ(x.to(Device::cpu()).device(), Device::cpu());
}

}  // namespace
}  // namespace tinytorch::testing
