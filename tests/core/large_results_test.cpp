// Results that are larger than most processors' caches, which kernels/cpu/elementwise-inl.h stores past
// these.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>

#include "core/ops/activation.h"
#include "core/ops/arithmetic.h"
#include "core/ops/comparison.h"
#include "core/ops/copy.h"
#include "core/ops/creation.h"
#include "core/ops/reduction.h"
#include "core/ops/shape.h"
#include "tests/support/backend.h"

namespace tinytorch::testing {
namespace {

TEST(LargeResults, AreThoseOfTheirParts) {
  if (backend().type == DeviceType::cuda) GTEST_SKIP() << "only the CPU's kernels do so";
  constexpr std::int64_t kNumel = (9 << 20) + 5, kPart = 100'003;
  const Tensor whole = arange(kNumel + 1).to(DType::f32) - 4e6;
  const Tensor x = slice(whole, 0, 1, kNumel + 1);  // not aligned to a vector
  const Tensor results[] = {relu(x), x + x, x * 0.5, clone(x)};
  for (std::int64_t begin = 0; begin < kNumel; begin += kPart) {
    const std::int64_t end = std::min(begin + kPart, kNumel);
    const Tensor part = slice(x, 0, begin, end);
    const Tensor expected[] = {relu(part), part + part, part * 0.5, part};
    for (int i = 0; i < 4; ++i)
      ASSERT_TRUE(min(slice(results[i], 0, begin, end) == expected[i]).item<bool>()) << i;
  }
}

}  // namespace
}  // namespace tinytorch::testing
