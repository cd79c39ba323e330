// The op that CONTRIBUTING.md adds, put together from its blocks and run: block_N.inc is the document's N-th.
#define HWY_COMPILE_ONLY_STATIC

#include "autograd/gradcheck.h"
#include "autograd/ops.h"
#include "autograd/rules/unary.h"
#include "core/ops/elementwise_kernels.h"
#include "core/ops/internal/elementwise.h"
#include "tests/conformance/op_table.h"
#include "tests/support/tensor_matchers.h"

#include "kernels/cpu/targets.h"

#include <hwy/highway.h>

#include "kernels/cpu/elementwise-inl.h"
#include "kernels/math/arithmetic-inl.h"

#include <gtest/gtest.h>

#include <cmath>

constexpr int kBlocks =
#include "blocks.txt"
    ;
static_assert(kBlocks == 7, "a block of CONTRIBUTING.md was added or removed: this test includes each");

namespace tinytorch {

#include "block_1.inc"
namespace kernels {
#include "block_2.inc"
}
#include "block_3.inc"
}  // namespace tinytorch
BEGIN_MATH
#include "block_4.inc"
END_MATH
namespace tinytorch {
namespace cpu::HWY_NAMESPACE {
namespace {
void register_isru() {
  constexpr auto kCpu = DeviceType::cpu;
#include "block_5.inc"
}
}  // namespace
}  // namespace cpu::HWY_NAMESPACE
#include "block_6.inc"
namespace conformance {
namespace {
void add_isru_row() {
#include "block_7.inc"
}
}  // namespace
}  // namespace conformance

namespace testing {
namespace {

TEST(Contributing, ItsOpComputesItsValueAndGradient) {
  cpu::HWY_NAMESPACE::register_isru();
  EXPECT_TENSOR_EQ(isru(Tensor{-0.75, 0.0, 0.75}), {-0.6, 0.0, 0.6});
  const std::vector<Tensor> x{Tensor{-2.0, 0.5, 3.0}.to(DType::f64)};
  const auto result = gradcheck([](const std::vector<Variable>& inputs) { return isru(inputs[0]); }, x);
  EXPECT_TRUE(result) << result.message;
}

TEST(Contributing, ItsRowCanBeBuilt) { EXPECT_NO_THROW(conformance::add_isru_row()); }

}  // namespace
}  // namespace testing
}  // namespace tinytorch
