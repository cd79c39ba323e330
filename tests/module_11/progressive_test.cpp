// Module 11 in the framework, on the modules before it.
#include "tests/progressive/progressive.h"

#include <utility>

#include "nn/activation.h"
#include "nn/data/data_loader.h"
#include "nn/dense.h"
#include "nn/loss.h"
#include "nn/optim/sgd.h"
#include "nn/sequential.h"
#include "nn/train/metrics.h"
#include "nn/train/trainer.h"

namespace tinytorch::testing {
namespace {

class Module11 : public ProgressiveTest {
 protected:
  Module11() : ProgressiveTest("11_training") {}
};

TEST_F(Module11, CrossEntropyAgreesInBothModes) {
  const Tensor classes = Tensor{0, 2, 1, 2}.to(backend());
  expect_as_in_f64([&](const auto& in) { return cross_entropy(in[0], classes); }, {normal({4, 3}, 1) * 5.0});
}

/// The loss of a perceptron before and after it was trained.
std::pair<double, double> losses(DType dtype) {
  Generator generator(5);
  nn::Sequential model{nn::Dense(2, 8, {.generator = &generator}), nn::ReLU(),
                       nn::Dense(8, 3, {.generator = &generator})};
  model.to({.dtype = dtype, .device = backend()});
  const Tensor x = normal({12, 2}, 1).to(dtype),
               classes = Tensor{0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2}.to(backend());
  nn::SGD optimizer(model.parameters(), {.learning_rate = 0.2});
  const nn::CrossEntropyLoss criterion;
  double first = 0, last = 0;
  for (int step = 0; step < 20; ++step) {
    optimizer.zero_grad();
    const Variable loss = criterion(model(Variable(x)), classes);
    loss.backward();
    optimizer.step();
    last = loss.value().item();
    if (step == 0) first = last;
  }
  return {first, last};
}

TEST_F(Module11, TrainingLowersTheLossAsInF64) {
  const auto [first, last] = losses(DType::f32);
  const auto [exact_first, exact_last] = losses(DType::f64);
  EXPECT_LT(last, first);
  EXPECT_NEAR(first, exact_first, 1e-5);
  EXPECT_NEAR(last, exact_last, 1e-3);
}

TEST_F(Module11, AccuracyIsThatOfF64) {
  const Tensor logits = normal({50, 4}, 1), classes = argmax(normal({50, 4}, 2), 1);
  nn::Accuracy single, exact;
  for (const std::int64_t begin : {0, 20}) {
    single.update(slice(logits, 0, begin, 50).to(DType::f32), slice(classes, 0, begin, 50));
    exact.update(slice(logits, 0, begin, 50), slice(classes, 0, begin, 50));
  }
  EXPECT_EQ(single.value(), exact.value());
}

TEST_F(Module11, ARunWithoutProgressEnds) {
  const Tensor x = rand({8, 2}), y = rand({8, 1});
  const auto data = std::make_shared<nn::TensorDataset>(std::vector{x, y});
  nn::DataLoader loader(data, {.batch_size = 8, .device = backend()}),
      validation(data, {.batch_size = 8, .device = backend()});
  nn::Dense model(2, 1);
  model.to(backend());
  nn::SGD optimizer(model.parameters(), {.learning_rate = 0});
  nn::Trainer trainer(model, optimizer, nn::MeanSquaredError(), {.epochs = 20, .patience = 3});
  const nn::TrainingResult result = trainer.fit(loader, &validation);
  EXPECT_EQ(result.reason, nn::StopReason::no_progress);
  EXPECT_EQ(result.state.steps, 4);
}

}  // namespace
}  // namespace tinytorch::testing
