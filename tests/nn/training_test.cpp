#include <gtest/gtest.h>

#include <memory>
#include <utility>
#include <vector>

#include <tinytorch/tinytorch.h>

#include "tests/nn/layer_checks.h"

namespace tinytorch::testing {
namespace {

Tensor points() { return here(Tensor{{0.0, 0.0}, {0.0, 1.0}, {1.0, 0.0}, {1.0, 1.0}}); }
Tensor xor_of_points() { return here(Tensor{{0.0}, {1.0}, {1.0}, {0.0}}); }

// The usage example of DESIGN.md, on the backend under test.
TEST(Training, TheUsageExampleLearns) {
  manual_seed(7);
  const Tensor x = points(), y = xor_of_points();

  nn::Sequential model{nn::Dense(2, 4), nn::ReLU(), nn::Dense(4, 1), nn::Sigmoid()};
  model.to(backend());
  nn::SGD optimizer(model.parameters(), {.learning_rate = 0.5f});
  nn::MeanSquaredError criterion;
  const float before = criterion(model(x), y).item();
  for (int epoch = 0; epoch < 500; ++epoch) {
    Variable loss = criterion(model(Variable(x)), y);  // of a Variable: recorded for backward()
    optimizer.zero_grad();
    loss.backward();
    optimizer.step();
  }
  Tensor prediction = model(x);  // of a Tensor: not recorded

  EXPECT_LT(criterion(prediction, y).item(), before / 2);
}

// 32 points on each of three rays from the origin; the class is the ray.
struct Rays {
  Tensor x;
  Tensor y;
};

Rays three_rays() {
  std::vector<double> x;
  std::vector<std::int64_t> y;
  for (int i = 0; i < 32; ++i) {
    const double r = 0.5 + i / 32.0;
    x.insert(x.end(), {r, 0.1, -r, r, 0.2, -r});
    y.insert(y.end(), {0, 1, 2});
  }
  return {here(from_values(x, {96, 2}).to(DType::f32)), here(from_values(y, {96}))};
}

template <class MakeOptimizer>
float accuracy_on_rays(const MakeOptimizer& make_optimizer) {
  manual_seed(1);
  const Rays data = three_rays();
  nn::Sequential model{nn::Dense(2, 16), nn::Tanh(), nn::Dense(16, 3)};
  model.to(backend());
  auto optimizer = make_optimizer(model.parameters());
  const nn::CrossEntropyLoss criterion;
  for (int epoch = 0; epoch < 30; ++epoch) {
    optimizer.zero_grad();
    criterion(model(Variable(data.x)), data.y).backward();
    optimizer.step();
  }
  return mean(eq(argmax(model(data.x), 1), data.y).to(DType::f32)).item();
}

TEST(Training, EveryOptimizerLearnsToClassify) {
  using P = std::vector<Variable>;
  EXPECT_EQ(accuracy_on_rays([](P p) { return nn::SGD(std::move(p), {.learning_rate = 0.5}); }), 1);
  EXPECT_EQ(accuracy_on_rays([](P p) {
              return nn::SGD(std::move(p), {.learning_rate = 0.1, .momentum = 0.9, .nesterov = true});
            }),
            1);
  EXPECT_EQ(accuracy_on_rays([](P p) { return nn::Adam(std::move(p), {.learning_rate = 0.05}); }), 1);
  EXPECT_EQ(accuracy_on_rays([](P p) { return nn::AdamW(std::move(p), {.learning_rate = 0.05}); }), 1);
}

TEST(Training, BinaryCrossEntropyLearnsXor) {
  Generator generator(2);
  nn::Sequential model{
      nn::Dense(2, 4,
                {.weight_init = nn::init::mirrored_orthogonal(),
                 .bias_init = nn::init::constant(0.5),
                 .generator = &generator}),
      nn::ReLU(), nn::Dense(4, 1, {.weight_init = nn::init::xavier_uniform(0.1), .generator = &generator}),
      nn::Sigmoid()};
  model.to(backend());
  const Tensor x = points(), y = xor_of_points();
  nn::SGD optimizer(model.parameters(), {.learning_rate = 0.5});
  const nn::BinaryCrossEntropyLoss criterion;
  for (int epoch = 0; epoch < 500; ++epoch) {
    optimizer.zero_grad();
    criterion(model(Variable(x)), y).backward();
    optimizer.step();
  }
  EXPECT_LT(criterion(model(x), y).item(), 0.05);
}

TEST(Training, TheSameSeedGivesTheSameBits) {
  const auto train = [] {
    manual_seed(3);
    const Tensor x = points(), y = xor_of_points();
    nn::Sequential model{nn::Dense(2, 8), nn::Tanh(), nn::Dense(8, 1)};
    model.to(backend());
    nn::Adam optimizer(model.parameters(), {.learning_rate = 0.01});
    for (int epoch = 0; epoch < 20; ++epoch) {
      optimizer.zero_grad();
      nn::MeanSquaredError()(model(Variable(x)), y).backward();
      optimizer.step();
    }
    return model(x);
  };
  EXPECT_TENSOR_EQ(train(), train());
}

}  // namespace
}  // namespace tinytorch::testing
