// What a Profiler records of backward passes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "autograd/ops.h"
#include "tests/support/backend.h"
#include "tests/support/profiles.h"

namespace tinytorch::testing {
namespace {

TEST(BackwardProfile, HasTheRuleOfEachRecordedOp) {
  const Variable x = variable(ones({3, 3}, {.device = backend()}));
  const Variable loss = sum(matmul(x, x));
  const Profile profile = profile_of([&] { loss.backward(); });
  EXPECT_EQ(row_of(profile, ScopeKind::op, "backward pass").calls, 1u);
  EXPECT_EQ(row_of(profile, ScopeKind::backward, "sum").calls, 1u);
  EXPECT_EQ(row_of(profile, ScopeKind::backward, "matmul").calls, 1u);
  EXPECT_EQ(row_of(profile, ScopeKind::kernel, "matmul").calls, 2u);
  EXPECT_EQ(row_of(profile, ScopeKind::backward, "matmul").work.operations, 2 * 2 * 3 * 3 * 3);
  std::vector<std::string> paths;
  for (const ProfileEvent& event : profile.events) paths.push_back(path_of(profile, event));
  EXPECT_THAT(paths, ::testing::Contains("backward pass/matmul/matmul/matmul"));
}

TEST(BackwardProfile, CountsTheOperationsOfAttention) {
  const auto leaf = [](const Shape& shape) { return variable(randn(shape, {.device = backend()})); };
  const Variable q = leaf({1, 2, 3, 8}), k = leaf({1, 2, 5, 8}), v = leaf({1, 2, 5, 4});
  const Variable y = sum(scaled_dot_product_attention(q, k, v));
  const Profile profile = profile_of([&] { y.backward(); });
  EXPECT_EQ(row_of(profile, ScopeKind::kernel, "attention_gradient").work.operations,
            2 * 2 * (3 * 5) * (3 * 8 + 2 * 4));
}

TEST(BackwardProfile, EndsWithTheExceptionOfARule) {
  const Variable x = variable(ones({3}, {.device = backend()}));
  const Variable y = sum(x * x);
  y.backward();
  const Profile profile = profile_of([&] {
    EXPECT_THROW(y.backward(), ValueError);  // the graph was freed
    sum(x);
  });
  EXPECT_EQ(row_of(profile, ScopeKind::op, "backward pass").calls, 1u);
  EXPECT_THAT(path_of(profile, profile.events.back()), ::testing::StartsWith("sum"));
}

}  // namespace
}  // namespace tinytorch::testing
