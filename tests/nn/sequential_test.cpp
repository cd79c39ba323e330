#include "nn/sequential.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/ops/random.h"
#include "nn/activation.h"
#include "nn/dense.h"
#include "tests/nn/layer_checks.h"

namespace tinytorch::testing {
namespace {

static_assert(!std::is_copy_constructible_v<nn::Sequential>);
static_assert(!std::is_constructible_v<nn::Sequential, nn::Dense&>, "a layer with a name must be moved");
static_assert(std::is_nothrow_move_constructible_v<nn::Sequential>);

TEST(Sequential, AppliesItsLayersInOrder) {
  nn::Sequential model{nn::Dense(3, 4), nn::Tanh(), nn::Dense(4, 2)};
  model.to(backend());
  const Tensor x = randn({5, 3}, {.device = backend()});
  EXPECT_TENSOR_EQ(model(x), model[2](model[1](model[0](x))));
}

TEST(Sequential, NamesTheLayerThatFails) {
  nn::Sequential inner{nn::ReLU(), nn::Dense(2, 2)};
  const nn::Sequential model{std::move(inner), nn::Dense(3, 1)};
  EXPECT_ERROR(
      model(zeros({1, 4})), ShapeError,
      "layer 0: layer 1: [Dense] input has 4 features, but the weight [2, 2] expects 2 (input [1, 4])");
  EXPECT_ERROR(model(Variable(zeros({1, 2}))), ShapeError,
               "layer 1: [Dense] input has 2 features, but the weight [1, 3] expects 3 (input [1, 2])");
}

TEST(Sequential, WithoutLayersGivesItsInput) {
  const nn::Sequential nothing;
  const Tensor x = here(Tensor{1.0, 2.0});
  EXPECT_EQ(nothing.size(), 0u);
  EXPECT_TENSOR_EQ(nothing(x), x);
  EXPECT_TENSOR_EQ(nothing(Variable(x)), x);
}

TEST(Sequential, GrowsByAdd) {
  nn::Sequential model;
  nn::Dense& added = model.add(nn::Dense(2, 3));
  model.add(std::make_unique<nn::ReLU>());
  EXPECT_EQ(model.size(), 2u);
  EXPECT_EQ(&model[0], &added);
  EXPECT_EQ(model[1].description(), "ReLU");
}

TEST(Sequential, NestsAndNamesItsChildrenByIndex) {
  nn::Sequential inner{nn::Dense(2, 2), nn::ReLU()};
  const nn::Sequential model{std::move(inner), nn::Dense(2, 1, {.bias = false})};
  std::vector<std::string> names;
  for (const auto& [name, parameter] : model.named_parameters()) names.push_back(name);
  EXPECT_EQ(names, (std::vector<std::string>{"0.0.weight", "0.0.bias", "1.weight"}));
}

TEST(Sequential, KeepsItsParametersWhenItIsMoved) {
  nn::Sequential model{nn::Dense(2, 3), nn::Sigmoid()};
  model.to(backend());
  const Tensor x = randn({4, 2}, {.device = backend()});
  const Tensor before = model(x);
  const std::vector<Variable> parameters = model.parameters();
  const nn::Sequential moved = std::move(model);
  EXPECT_TENSOR_EQ(moved(x), before);
  EXPECT_EQ(moved.parameters()[0].node(), parameters[0].node());
}

TEST(Sequential, IsNotSilentlyTheIdentityOnceItWasMovedFrom) {
  nn::Sequential model{nn::ReLU()};
  nn::Sequential moved = std::move(model);
  const std::string message = "[Sequential] this model was moved from, so it has no layers";
  // NOLINTBEGIN(bugprone-use-after-move): the point of the test.
  EXPECT_ERROR(model(here(Tensor{1.0})), ValueError,
               "[Sequential] this layer was moved from; call the one that it was moved to");
  EXPECT_ERROR(model.forward(here(Tensor{1.0})), ValueError, message);
  EXPECT_ERROR(model.parameters(), ValueError, message);
  EXPECT_ERROR(model.add(nn::ReLU()), ValueError, message);
  // NOLINTEND(bugprone-use-after-move)
  model = std::move(moved);
  EXPECT_TENSOR_EQ(model(here(Tensor{-1.0, 1.0})), {0.0, 1.0});
}

TEST(Sequential, BothModesAgree) {
  nn::Sequential model{nn::Dense(3, 8), nn::ReLU(), nn::Dense(8, 4), nn::Softmax()};
  model.to(backend());
  expect_modes_agree(model, randn({6, 3}, {.device = backend()}));
}

TEST(Sequential, GradientsAreThoseOfFiniteDifferences) {
  nn::Sequential model{nn::Dense(3, 4), nn::Tanh(), nn::Dense(4, 2), nn::Sigmoid()};
  const GradcheckResult result = gradcheck_layer(model, randn({3, 3}));
  EXPECT_TRUE(result) << result.message;
}

TEST(Sequential, RefusesWhatIsNotThere) {
  nn::Sequential model{nn::ReLU()};
  EXPECT_ERROR(model[1], ValueError, "[Sequential] there is no layer 1; it has 1");
  EXPECT_ERROR(model.add(std::unique_ptr<nn::Module>()), ValueError, "[Sequential] the layer to add is null");
}

}  // namespace
}  // namespace tinytorch::testing
