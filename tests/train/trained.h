// A training run whose whole state the tests of checkpoints compare.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/ops/comparison.h"
#include "core/ops/random.h"
#include "core/ops/reduction.h"
#include "nn/activation.h"
#include "nn/dense.h"
#include "nn/dropout.h"
#include "nn/loss.h"
#include "nn/normalization.h"
#include "nn/optim/adam.h"
#include "nn/sequential.h"
#include "nn/train/checkpoint.h"
#include "nn/train/trainer.h"
#include "tests/support/backend.h"
#include "tests/support/tensor_matchers.h"

namespace tinytorch::testing {

/// A run with everything that has a state: dropout, batch norm, moments, a schedule, averages, a shuffled
/// loader.
struct Trained {
  explicit Trained(const std::string& directory, double average_decay = 0.9)
      : model{nn::Dense(2, 8, {.generator = &generator}), nn::BatchNorm1D(8), nn::ReLU(), nn::Dropout(0.2),
              nn::Dense(8, 2, {.generator = &generator})},
        optimizer(to_backend(model).parameters(), {.learning_rate = 0.05}),
        schedule(optimizer, {.steps = 30}),
        loader(data(), {.batch_size = 8, .shuffle = true, .device = backend(), .seed = 3}),
        validation(data(), {.batch_size = 32, .device = backend()}),
        trainer(
            model, optimizer, nn::CrossEntropyLoss(),
            {.epochs = 5,
             .accumulate = 2,
             .average_decay = average_decay,
             .checkpoints = {.directory = directory, .every = 2, .keep = 2, .config = {{"width", "8"}}}}) {
    trainer.add(schedule);
    trainer.add(accuracy);
  }

  static nn::Sequential& to_backend(nn::Sequential& model) {
    model.to(backend());
    return model;
  }
  static nn::DatasetPtr data() {
    Generator generator(4);
    const Tensor x = randn({60, 2}, {}, generator);
    return std::make_shared<nn::TensorDataset>(std::vector{x, gt(prod(x, {1}), Tensor(0)).to(DType::i64)});
  }

  nn::TrainingResult fit() { return trainer.fit(loader, &validation); }
  nn::Checkpoint checkpoint() const { return trainer.checkpoint(loader); }

  Generator generator{1};
  nn::Sequential model;
  nn::Adam optimizer;
  nn::CosineSchedule schedule;
  nn::DataLoader loader, validation;
  nn::Accuracy accuracy;
  nn::Trainer trainer;
};

/// All that a run keeps is the same, bit for bit.
inline void expect_same_run(const nn::Checkpoint& x, const nn::Checkpoint& y) {
  ASSERT_EQ(x.model.size(), y.model.size());
  for (const auto& [name, value] : x.model) EXPECT_TENSOR_EQ(value, y.model.at(name));
  ASSERT_EQ(x.optimizer.parameters.size(), y.optimizer.parameters.size());
  ASSERT_EQ(x.averages.size(), y.averages.size());
  for (std::size_t i = 0; i < x.optimizer.parameters.size(); ++i) {
    const nn::ParameterState &a = x.optimizer.parameters[i], &b = y.optimizer.parameters[i];
    EXPECT_EQ(a.steps, b.steps);
    EXPECT_TENSOR_EQ(a.first, b.first);
    EXPECT_TENSOR_EQ(a.second, b.second);
    EXPECT_TENSOR_EQ(x.averages.at(i), y.averages.at(i));
  }
  EXPECT_EQ(x.optimizer.steps, y.optimizer.steps);
  EXPECT_EQ(x.optimizer.learning_rates, y.optimizer.learning_rates);
  ASSERT_EQ(x.schedules.size(), y.schedules.size());
  for (std::size_t i = 0; i < x.schedules.size(); ++i) {
    EXPECT_EQ(x.schedules[i].steps, y.schedules[i].steps);
    EXPECT_EQ(x.schedules[i].base_rates, y.schedules[i].base_rates);
  }
  EXPECT_EQ(x.loader, y.loader);
  EXPECT_EQ(x.random.seed, y.random.seed);
  EXPECT_EQ(x.random.offset, y.random.offset);
  EXPECT_EQ(x.steps, y.steps);
  EXPECT_EQ(x.bad_validations, y.bad_validations);
  EXPECT_EQ(x.config, y.config);
  ASSERT_TRUE(x.best.has_value() && y.best.has_value());
  EXPECT_EQ(x.best->loss, y.best->loss);
  EXPECT_EQ(x.best->metrics, y.best->metrics);
}

}  // namespace tinytorch::testing
