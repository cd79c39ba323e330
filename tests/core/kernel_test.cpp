#include "core/kernel.h"
#include "core/ops/activation_kernels.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "core/ops/activation.h"
#include "core/ops/copy.h"
#include "core/ops/creation.h"
#include "tests/support/backend.h"
#include "tests/support/tensor_matchers.h"

namespace tinytorch::testing {
namespace {

// A slot of this test, which no library code fills. (Slots live as long as the program.)
Kernel<void(const Tensor& x, Tensor& y)> lonely_slot{"lonely_op"};

void fill_with_seven(const Tensor&, Tensor& y) { fill(y, 7); }

TEST(Kernel, ThatIsReplacedIsCalledAndTheOldOneComesBack) {
  const Tensor x = Tensor{-1.0, 2.0}.to(backend());
  const auto old = kernels::relu.replace(backend().type, fill_with_seven);
  ASSERT_NE(old, nullptr);
  const Tensor replaced = relu(x);
  EXPECT_EQ(kernels::relu.replace(backend().type, old), fill_with_seven);
  EXPECT_TENSOR_EQ(replaced, (Tensor{7.0, 7.0}));
  EXPECT_TENSOR_EQ(relu(x), (Tensor{0.0, 2.0}));
}

TEST(Kernel, OfAnEmptySlotIsAnErrorThatNamesTheDevices) {
  Tensor y = zeros({1});
  EXPECT_FALSE(lonely_slot.has(DeviceType::cpu));
  EXPECT_ERROR(lonely_slot(y, y), DeviceError, "[lonely_op] no kernel for cpu; devices that have one: none");
  lonely_slot.set(DeviceType::cuda, fill_with_seven);
  EXPECT_ERROR(lonely_slot(y, y), DeviceError, "[lonely_op] no kernel for cpu; devices that have one: cuda");
  EXPECT_EQ(lonely_slot.replace(DeviceType::cuda, nullptr), fill_with_seven);
}

TEST(Kernel, WithoutAnOutputIsAnError) {
  const Tensor x = zeros({1});
  Tensor undefined;
  EXPECT_ERROR(lonely_slot(x, undefined), ValueError,
               "[lonely_op] the output, which selects the kernel by its device, is undefined");
}

TEST(Kernel, IsListedWithAllOthers) {
  bool relu_found = false;
  for (const KernelSlot* slot : all_kernel_slots()) relu_found |= slot == &kernels::relu;
  EXPECT_TRUE(relu_found);
  EXPECT_STREQ(kernels::relu.name(), "relu");
}

}  // namespace
}  // namespace tinytorch::testing
