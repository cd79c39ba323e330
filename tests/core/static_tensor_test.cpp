#include "tests/core/static_tensor.h"

#include <gtest/gtest.h>

#include "core/ops/activation.h"
#include "tests/support/tensor_matchers.h"

namespace tinytorch {
namespace {

// Making it registers all kernels before the slots of other headers are initialized.
TEST(StaticTensor, LeavesTheKernelsOfAllSlotsInPlace) {
  EXPECT_TENSOR_EQ(relu(made_before_main), (Tensor{0.0, 0.0, 0.0}));
}

}  // namespace
}  // namespace tinytorch
