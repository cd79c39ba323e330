// Threads that the user starts.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <vector>

#include "autograd/ops.h"
#include "core/random.h"
#include "nn/activation.h"
#include "nn/dense.h"
#include "nn/dropout.h"
#include "nn/loss.h"
#include "nn/normalization.h"
#include "nn/optim/adam.h"
#include "nn/optim/moving_average.h"
#include "nn/sequential.h"
#include "tests/support/backend.h"
#include "tests/support/tensor_matchers.h"
#include "tests/support/threads.h"

namespace tinytorch::testing {
namespace {

constexpr int kThreads = 4;

TEST(UserThreads, InferWithASharedModel) {
  nn::Sequential model{nn::Dense(8, 16), nn::BatchNorm1D(16), nn::GELU(), nn::Dropout(), nn::Dense(16, 3)};
  model.to(backend());
  model.eval();
  const Tensor x = randn({4, 8}, {.device = backend()}), wanted = model(x);
  in_threads(kThreads, [&](int) {
    for (std::int64_t i = 0; i < scaled(500); ++i) {
      ASSERT_TENSOR_EQ(model(x), wanted);
      ASSERT_TENSOR_EQ(model(Variable(x)), wanted);
    }
  });
}

/// The parameters of a model after some steps on numbers from a seed, and their averages.
Tensor trained(std::uint64_t seed) {
  manual_seed(seed);
  nn::Sequential model{nn::Dense(8, 16), nn::BatchNorm1D(16), nn::ReLU(), nn::Dropout(0.3), nn::Dense(16, 3)};
  model.to(backend());
  nn::Adam optimizer(model.parameters(), {.learning_rate = 0.01});
  nn::ExponentialMovingAverage average(model.parameters(), 0.9);
  for (std::int64_t step = 0; step < scaled(100); ++step) {
    const Tensor x = randn({6, 8}, {.device = backend()}), y = randn({6, 3}, {.device = backend()});
    optimizer.zero_grad();
    nn::MeanSquaredError()(model(Variable(x)), y).backward();
    optimizer.step();
    average.update();
  }
  std::vector<Tensor> all;
  for (const Tensor& x : average.averages()) all.push_back(reshape(x, {-1}));
  for (const auto& [name, value] : model.state_dict()) all.push_back(reshape(value, {-1}).to(DType::f32));
  return concat(all);
}

TEST(UserThreads, TrainModelsOfTheirOwnToTheBitsOfATrainingInSeries) {
  std::array<Tensor, kThreads> wanted, actual;
  in_threads(1, [&](int) {
    for (std::size_t i = 0; i < kThreads; ++i) wanted.at(i) = trained(i);
  });
  in_threads(kThreads, [&](int thread) {
    const auto i = static_cast<std::size_t>(thread);
    actual.at(i) = trained(i);
  });
  for (std::size_t i = 0; i < kThreads; ++i) EXPECT_TENSOR_EQ(actual.at(i), wanted.at(i));
}

TEST(UserThreads, SumTheGradientsOfASharedModelExactly) {
  nn::Sequential model{nn::Dense(3, 4, {.weight_init = nn::init::constant(1)}), nn::ReLU(),
                       nn::Dense(4, 2, {.weight_init = nn::init::constant(2)})};
  model.to(backend());
  const Variable x(ones({2, 3}, {.device = backend()}));
  const auto pass = [&] { sum(model(x)).backward(); };  // its gradients are integers
  for (std::int64_t i = 0; i < kThreads * scaled(2000); ++i) pass();
  std::vector<Tensor> wanted;
  for (const Variable& parameter : model.parameters()) wanted.push_back(parameter.grad());
  model.zero_grad();
  in_threads(kThreads, [&](int) {
    for (std::int64_t i = 0; i < scaled(2000); ++i) pass();
  });
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    EXPECT_TENSOR_EQ(model.parameters()[i].grad(), wanted[i]);
  }
}

TEST(UserThreads, UpdateRunningStatisticsOneAfterAnother) {
  nn::Sequential models{nn::BatchNorm1D(3), nn::BatchNorm1D(3)};
  models.to(backend());
  const Tensor x = randn({5, 3}, {.device = backend()});
  for (std::int64_t i = 0; i < kThreads * scaled(2000); ++i) models[1](x);
  in_threads(kThreads, [&](int) {
    for (std::int64_t i = 0; i < scaled(2000); ++i) models[0](x);
  });
  const auto& threaded = dynamic_cast<const nn::BatchNorm1D&>(models[0]);
  const auto& serial = dynamic_cast<const nn::BatchNorm1D&>(models[1]);
  EXPECT_TENSOR_EQ(threaded.running_mean(), serial.running_mean());
  EXPECT_TENSOR_EQ(threaded.running_variance(), serial.running_variance());
  EXPECT_EQ(threaded.num_batches_tracked().item<std::int64_t>(), kThreads * scaled(2000));
}

TEST(UserThreads, DrawTheNumbersOfASharedDropoutOnce) {
  const Tensor x = ones({64}, {.device = backend()});
  const nn::Dropout shared(0.5, 3), same(0.5, 3);
  std::vector<std::vector<float>> drawn(static_cast<std::size_t>(kThreads * scaled(4000))), wanted;
  in_threads(kThreads, [&](int thread) {
    for (std::int64_t i = 0; i < scaled(4000); ++i) {
      drawn.at(static_cast<std::size_t>(thread * scaled(4000) + i)) = shared(x).to_vector();
    }
  });
  for (std::size_t i = 0; i < drawn.size(); ++i) wanted.push_back(same(x).to_vector());
  std::sort(drawn.begin(), drawn.end());
  std::sort(wanted.begin(), wanted.end());
  EXPECT_EQ(drawn, wanted);
}

TEST(UserThreads, MakeLayersThatDiffer) {
  std::array<std::vector<float>, 2> weights;
  in_threads(2, [&](int thread) {
    weights.at(static_cast<std::size_t>(thread)) = nn::Dense(4, 4).weight().value().to_vector();
  });
  EXPECT_NE(weights[0], weights[1]);
}

}  // namespace
}  // namespace tinytorch::testing
