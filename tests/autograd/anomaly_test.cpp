#include "autograd/anomaly.h"

#include <gtest/gtest.h>

#include "autograd/ops.h"
#include "core/error.h"
#include "tests/support/backend.h"
#include "tests/support/tensor_matchers.h"

namespace tinytorch::testing {
namespace {

Variable with_zero() { return variable(Tensor{4.0, 0.0}.to(backend())); }

// The derivative of sqrt is infinite at 0, and times 0 it is NaN.
Variable loss_with_nan(const Variable& x) { return sum(exp(sqrt(x) * 0)); }

TEST(DetectAnomaly, NamesTheOpWhoseGradientIsNan) {
  const Variable x = with_zero();
  const DetectAnomaly guard;
  EXPECT_ERROR(loss_with_nan(x).backward(), ValueError,
               "[backward] sqrt's gradient for input 0 is NaN in a tensor of shape [2]");
  EXPECT_FALSE(x.grad().defined());
}

TEST(DetectAnomaly, IsOffByDefaultAndAfterTheGuard) {
  EXPECT_FALSE(DetectAnomaly::enabled());
  {
    const DetectAnomaly guard;
    EXPECT_TRUE(DetectAnomaly::enabled());
    const DetectAnomaly off(false);
    EXPECT_FALSE(DetectAnomaly::enabled());
  }
  EXPECT_FALSE(DetectAnomaly::enabled());
  const Variable x = with_zero();
  loss_with_nan(x).backward();
  EXPECT_TRUE(x.grad().defined());
}

TEST(DetectAnomaly, AcceptsGradientsThatAreFinite) {
  const Variable x = variable(Tensor{4.0, 1.0}.to(backend()));
  const DetectAnomaly guard;
  sum(sqrt(x)).backward();
  EXPECT_TENSOR_NEAR(x.grad(), {0.25, 0.5});
}

}  // namespace
}  // namespace tinytorch::testing
