#include <gtest/gtest.h>

#include <cstdlib>

#include "core/ops/composite.h"
#include "core/ops/matmul.h"
#include "core/ops/random.h"
#include "tests/support/backend.h"
#include "tests/support/tensor_matchers.h"

namespace tinytorch::testing {
namespace {

// A GPU's cuBLASLt may accept or refuse both calls; the emulated device's accepts the first and refuses the
// second.
TEST(Linear, DoesNotNeedCublasLt) {
  const Tensor x = randn({9, 17}), weight = randn({5, 17}), bias = randn({5});
  for (const Activation activation : {Activation::none, Activation::relu}) {
    const Tensor expected = linear(x, weight, bias, activation);
    const auto there = [&](std::int64_t rows) {
      return linear(slice(x, 0, 0, rows).to(backend()), weight.to(backend()), bias.to(backend()), activation);
    };
    EXPECT_TENSOR_NEAR(there(9), expected);
    setenv("SIMT_BLASLT_REFUSES", "1", /*overwrite=*/1);
    EXPECT_TENSOR_NEAR(there(8), slice(expected, 0, 0, 8));
    unsetenv("SIMT_BLASLT_REFUSES");
  }
}

}  // namespace
}  // namespace tinytorch::testing
