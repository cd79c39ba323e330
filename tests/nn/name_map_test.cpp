#include "nn/name_map.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "core/ops/creation.h"
#include "core/ops/shape.h"
#include "tests/support/tensor_matchers.h"

namespace tinytorch::testing {
namespace {

TEST(NameMap, RenamesJoinsTransposesAndLeavesOut) {
  const nn::NameMap names(R"(
    # what an encoder has
    layer.*.query.* +
    layer.*.key.*        -> *.qkv.*
    layer.*.dense.weight -> *.out.weight transposed  # stored [in, out]
    layer.*.dense.bias   -> *.out.bias
    step                 -> nothing
  )",
                          "model.");
  const Tensor query{{1.0, 2.0}}, key{{3.0, 4.0}}, dense{{1.0, 2.0, 3.0}}, bias{5.0};
  const nn::StateDict renamed = names({{"layer.7.query.weight", query},
                                       {"model.layer.7.key.weight", key},
                                       {"layer.7.dense.weight", dense},
                                       {"layer.7.dense.bias", bias},
                                       {"step", Tensor(1)}});
  ASSERT_EQ(renamed.size(), 3u);
  EXPECT_TENSOR_EQ(renamed.at("7.qkv.weight"), {{1.0, 2.0}, {3.0, 4.0}});
  EXPECT_TENSOR_EQ(renamed.at("7.out.weight"), {{1.0}, {2.0}, {3.0}});
  EXPECT_EQ(renamed.at("7.out.bias").storage(), bias.storage());
}

TEST(NameMap, TakesTheFirstRuleThatFits) {
  const nn::NameMap names("a.x -> b.first \n a.* -> b.*");
  const nn::StateDict renamed = names({{"a.x", Tensor(1)}, {"a.y", Tensor(2)}});
  EXPECT_TENSOR_EQ(renamed.at("b.first"), Tensor(1));
  EXPECT_TENSOR_EQ(renamed.at("b.y"), Tensor(2));
}

TEST(NameMap, NamesWhatIsLeftOver) {
  const nn::NameMap names("a.* + b.* + c.* -> d.* \n e -> d.x");
  const Tensor x = ones({2});
  EXPECT_ERROR(names({{"a", x}, {"a.b.c", x}, {"e", x}}), ValueError,
               "[NameMap] no rule fits a, a.b.c; a rule \"PATTERN -> nothing\" leaves one out");
  EXPECT_ERROR(names({{"a.y", x}, {"c.y", x}}), ValueError,
               "[NameMap] d.y is joined of 3 tensors, but there is only a.y, c.y");
  EXPECT_ERROR(names({{"a.x", x}, {"b.x", x}, {"c.x", x}, {"e", x}}), ValueError,
               "[NameMap] a.x and e both become d.x");
  const nn::NameMap mixed("q.* + k.* -> qk.* \n both.* -> qk.*");
  EXPECT_ERROR(mixed({{"both.w", x}, {"k.w", x}}), ValueError, "[NameMap] both.w and k.w both become qk.w");
  EXPECT_ERROR(nn::NameMap("a -> b transposed")({{"a", x}}), ShapeError,
               "[NameMap] axis -2 is out of range for a tensor with 1 axis; use -1 to 0");
}

TEST(NameMap, SaysWhichLineIsNoRule) {
  EXPECT_ERROR(nn::NameMap("a -> b\n\n a b"), ValueError,
               "[NameMap] line 3 is \"a b\"; wanted PATTERN -> NAME");
  EXPECT_ERROR(nn::NameMap("a -> b -> c"), ValueError,
               "[NameMap] line 1 is \"a -> b -> c\"; wanted PATTERN -> NAME");
  EXPECT_ERROR(nn::NameMap("# joined\na +"), ValueError,
               "[NameMap] line 2 is \"a +\"; wanted PATTERN -> NAME");
  EXPECT_ERROR(
      nn::NameMap("layer*.x -> b"), ValueError,
      "[NameMap] line 1 is \"layer*.x -> b\"; names are components separated by dots, of which a * stands "
      "for a whole one");
  EXPECT_ERROR(
      nn::NameMap("a. -> b"), ValueError,
      "[NameMap] line 1 is \"a. -> b\"; names are components separated by dots, of which a * stands for a "
      "whole one");
  EXPECT_ERROR(nn::NameMap("a.* -> b"), ValueError,
               "[NameMap] line 1 is \"a.* -> b\"; each name must have as many *");
}

}  // namespace
}  // namespace tinytorch::testing
