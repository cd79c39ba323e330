#include "nn/dropout.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "core/ops/comparison.h"
#include "core/ops/creation.h"
#include "nn/dense.h"
#include "nn/sequential.h"
#include "tests/nn/layer_checks.h"

namespace tinytorch::testing {
namespace {

Tensor ones_here() { return ones({40, 50}, {.device = backend()}); }

TEST(DropoutLayer, DropsAndScalesWhileTraining) {
  nn::Dropout layer(0.25, 1);
  const Tensor y = layer(ones_here());
  const double kept = 1 / 0.75;
  EXPECT_TRUE(equal(logical_or(y == 0, y == kept), full({40, 50}, true, {.device = backend()})));
  EXPECT_NEAR(mean(y).item(), 1, 0.06);  // 4.6 deviations of 0.0129
  EXPECT_FALSE(equal(y, layer(ones_here())));
}

TEST(DropoutLayer, PassesOnWhatItGetsInEval) {
  nn::Dropout layer(0.25, 1);
  layer.eval();
  EXPECT_TENSOR_EQ(layer(ones_here()), ones_here());
  EXPECT_EQ(layer.generator()->state().offset, 0u);
  nn::Sequential model{nn::Dense(2, 2), nn::Dropout(1.0)};
  model.to(backend());
  model.eval();
  EXPECT_FALSE(equal(model(ones({1, 2}, {.device = backend()})), zeros({1, 2}, {.device = backend()})));
}

TEST(DropoutLayer, BothModesAgreeForOneSeed) {
  const Tensor x = ones_here();
  const Tensor plain = nn::Dropout(0.5, 3)(x);
  const Variable leaf = variable(x);
  const Variable recorded = nn::Dropout(0.5, 3)(leaf);
  EXPECT_TRUE(recorded.requires_grad());
  EXPECT_TENSOR_EQ(recorded, plain);
  sum(recorded).backward();
  EXPECT_TENSOR_EQ(leaf.grad(), plain);  // the mask, scaled, as x is 1
}

TEST(DropoutLayer, DrawsFromTheDefaultGeneratorWithoutASeed) {
  const nn::Dropout layer;
  EXPECT_EQ(layer.generator(), nullptr);
  manual_seed(8);
  const Tensor first = layer(ones_here());
  manual_seed(8);
  EXPECT_TENSOR_EQ(layer(ones_here()), first);
}

TEST(DropoutLayer, DescribesItselfAndRefusesWhatIsNoProbability) {
  EXPECT_EQ(nn::Dropout(0.1).description(), "Dropout(0.1)");
  EXPECT_ERROR(nn::Dropout(1.1), ValueError, "[Dropout] p is 1.1; it must be in [0, 1]");
}

}  // namespace
}  // namespace tinytorch::testing
