#include "core/ops/normalization.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "core/ops/creation.h"
#include "tests/support/backend.h"
#include "tests/support/tensor_matchers.h"

namespace tinytorch::testing {
namespace {

TEST(Normalization, TakesParametersAndRunningStatisticsOfItsOwnDevice) {
  const Options here{.device = backend()};
  const Tensor x = ones({2, 6, 2}, here), running = ones({6}, here), elsewhere = ones({6});
  EXPECT_ERROR(instance_norm(x, elsewhere), DeviceError,
               "[instance_norm] x is on cuda:0, but the weight on cpu; move one with .to(device)");
  EXPECT_ERROR(batch_norm(x, elsewhere, running), DeviceError,
               "[batch_norm] x is on cuda:0, but the running mean on cpu; move one with .to(device)");
}

}  // namespace
}  // namespace tinytorch::testing
