// What a Profiler records of layers and optimizers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include <tinytorch/tinytorch.h>

#include "tests/support/backend.h"
#include "tests/support/profiles.h"

namespace tinytorch::testing {
namespace {

TEST(LayerProfile, HasEachLayerInTheLayersThatCallIt) {
  nn::Sequential model(nn::Dense(4, 3), nn::ReLU());
  model.to(backend());
  const Tensor x = ones({2, 4}, {.device = backend()});
  const Profile profile = profile_of([&] {
    model(x);
    model(Variable(x));
  });
  EXPECT_EQ(row_of(profile, ScopeKind::layer, "Dense(4, 3)").calls, 2u);
  EXPECT_EQ(row_of(profile, ScopeKind::layer, "Dense(4, 3)").work.operations, 2 * 2 * 2 * 3 * 4);
  std::vector<std::string> paths;
  for (const ProfileEvent& event : profile.events) paths.push_back(path_of(profile, event));
  EXPECT_THAT(paths, ::testing::Contains("Sequential/Dense(4, 3)/linear/linear"));
  EXPECT_THAT(paths, ::testing::Contains("Sequential/ReLU/relu/relu"));
}

TEST(LayerProfile, HasTheStepsOfAnOptimizer) {
  nn::Dense layer(4, 3);
  layer.to(backend());
  nn::AdamW optimizer(layer.parameters());
  sum(layer(Variable(ones({2, 4}, {.device = backend()})))).backward();
  const Profile profile = profile_of([&] { optimizer.step(); });
  EXPECT_EQ(row_of(profile, ScopeKind::op, "AdamW").calls, 1u);
  // Parameters and two moments are read and written, gradients read; all are f32.
  EXPECT_EQ(row_of(profile, ScopeKind::kernel, "adam_step").work.bytes, 4u * 7 * (4 * 3 + 3));
}

TEST(LayerProfile, HasTheBatchesOfADataLoader) {
  const auto dataset = std::make_shared<nn::TensorDataset>(std::vector{ones({6, 2})});
  nn::DataLoader loader(dataset, {.batch_size = 2});
  const Profile profile = profile_of([&] {
    for (const nn::Batch& batch : loader) EXPECT_EQ(batch[0].shape(), (Shape{2, 2}));
  });
  EXPECT_EQ(row_of(profile, ScopeKind::user, "DataLoader").calls, 3u);
}

}  // namespace
}  // namespace tinytorch::testing
