// All available devices; the emulated backend has two.
#include <gtest/gtest.h>

#include <cstdlib>
#include <vector>

#include "core/error.h"
#include "core/ops/arithmetic.h"
#include "core/ops/composite.h"
#include "core/ops/creation.h"
#include "core/stream.h"
#include "tests/support/backend.h"
#include "tests/support/tensor_matchers.h"

namespace tinytorch::testing {
namespace {

// Read when the device is first used, which is later.
[[maybe_unused]] const int kTwoDevices = setenv("SIMT_DEVICES", "2", /*overwrite=*/0);

std::vector<Device> all_devices() {
  std::vector<Device> devices;
  for (int i = 0; i < device_count(DeviceType::cuda); ++i) devices.push_back(Device::cuda(i));
  return devices;
}

TEST(Devices, AreTwoWhereTheyAreEmulated) {
  EXPECT_GE(all_devices().size(), is_emulated(backend()) ? 2u : 1u);
}

TEST(Devices, ComputeEachOnItsOwn) {
  for (const Device device : all_devices()) {
    const Tensor x = full({1000}, 3, {.dtype = DType::f32, .device = device});
    const Tensor y = x * 2 + 1;
    EXPECT_EQ(y.device(), device);
    EXPECT_EQ(sum(y).item(), 7000);
  }
}

TEST(Devices, CopyToEachOther) {
  for (const Device from : all_devices()) {
    for (const Device to : all_devices()) {
      Tensor x = full({1000}, 3, {.dtype = DType::f32, .device = from});
      const Tensor y = x.to(to);
      x += 1;  // waits until the copy has read x
      EXPECT_EQ(sum(y + 0).item(), from == to ? 4000 : 3000);
      EXPECT_EQ(y.device(), to);
      const Tensor turned = transpose(reshape(x, {10, 100})).to(to);
      EXPECT_TENSOR_EQ(turned, full({100, 10}, 4.0));
    }
  }
}

TEST(Devices, DoNotMixInOneOp) {
  for (const Device other : all_devices()) {
    if (other == backend()) continue;
    const Tensor a = ones({2}, {.device = backend()}), b = ones({2}, {.device = other});
    EXPECT_ERROR(a + b, DeviceError, "[add] a is on cuda:0, b on cuda:1; move one with .to(device)");
  }
}

TEST(Devices, WaitOnlyForEventsOfTheirOwnType) {
  const Event event(Stream::current(backend()));
  EXPECT_ERROR(
      event.wait(Stream(Device::cpu())), DeviceError,
      "[event] a stream waits for events of its own type of device: one is on cuda:0, the other on cpu");
  const Event host{Stream(Device::cpu())};
  EXPECT_ERROR(host.milliseconds_since(event), DeviceError,
               "[event] time is measured between events of one device: one is on cuda:0, the other on cpu");
}

}  // namespace
}  // namespace tinytorch::testing
