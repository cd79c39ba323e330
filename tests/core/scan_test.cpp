#include "core/ops/scan.h"

#include <gtest/gtest.h>

#include <vector>

#include "core/ops/creation.h"
#include "tests/support/backend.h"

namespace tinytorch::testing {
namespace {

// The product of two factors is infinite.
TEST(LinearRecurrence, KeepsZeroUnderFactorsWhoseProductOverflows) {
  const Options options{.dtype = DType::f64, .device = backend()};
  const Tensor y = linear_recurrence(full({1, 100}, 1e200, options), zeros({1, 100}, options), 1);
  EXPECT_EQ(y.to_vector<double>(), std::vector<double>(100, 0.0));
}

}  // namespace
}  // namespace tinytorch::testing
