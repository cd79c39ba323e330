#include "tests/core/static_tensor.h"

#include <gtest/gtest.h>

#include "core/ops/activation.h"
#include "tests/support/tensor_matchers.h"

namespace tinytorch {
namespace {

// Making it registered all kernels, before the slots of other headers had their turn to be made.
TEST(StaticTensor, LeavesTheKernelsOfAllSlotsInPlace) {
  EXPECT_TENSOR_EQ(relu(made_before_main), (Tensor{0.0, 0.0, 0.0}));
}

}  // namespace
}  // namespace tinytorch
