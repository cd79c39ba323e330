#include "nn/train/trainer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <csignal>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "autograd/anomaly.h"
#include "core/error.h"
#include "core/ops/arithmetic.h"
#include "core/ops/composite.h"
#include "core/ops/creation.h"
#include "core/ops/math.h"
#include "core/ops/random.h"
#include "core/ops/reduction.h"
#include "core/ops/shape.h"
#include "nn/activation.h"
#include "nn/dense.h"
#include "nn/dropout.h"
#include "nn/loss.h"
#include "nn/optim/adam.h"
#include "nn/optim/clip.h"
#include "nn/optim/sgd.h"
#include "nn/sequential.h"
#include "tests/support/backend.h"
#include "tests/support/tensor_matchers.h"

namespace tinytorch::testing {
namespace {

/// n points and whether their coordinates have one sign: a problem like XOR.
nn::DatasetPtr points(std::int64_t n, std::uint64_t seed = 1) {
  Generator generator(seed);
  const Tensor x = randn({n, 2}, {}, generator);
  const Tensor y = gt(prod(x, {1}), Tensor(0)).to(DType::i64);
  return std::make_shared<nn::TensorDataset>(std::vector{x, y});
}

nn::DataLoader loader(std::int64_t n, std::int64_t batch_size) {
  return nn::DataLoader(points(n),
                        {.batch_size = batch_size, .shuffle = true, .device = backend(), .seed = 2});
}

nn::Sequential small_model(double dropout = 0) {
  Generator generator(3);
  nn::Sequential model{nn::Dense(2, 16, {.generator = &generator}), nn::ReLU(), nn::Dropout(dropout),
                       nn::Dense(16, 2, {.generator = &generator})};
  model.to(backend());
  return model;
}

std::vector<Tensor> values(const nn::Module& model) {
  std::vector<Tensor> all;
  for (const Variable& parameter : model.parameters()) all.push_back(parameter.value().to(Device::cpu()) + 0);
  return all;
}

void expect_equal(const std::vector<Tensor>& a, const std::vector<Tensor>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_TENSOR_EQ(a[i], b[i]);
}

const nn::CrossEntropyLoss criterion;

TEST(Trainer, LearnsAsALoopByHand) {
  nn::Sequential by_hand = small_model(), trained = small_model();
  nn::Adam first(by_hand.parameters(), {.learning_rate = 0.02}),
      second(trained.parameters(), {.learning_rate = 0.02});
  nn::DataLoader a = loader(100, 16), b = loader(100, 16);
  for (int epoch = 0; epoch < 3; ++epoch) {
    for (const nn::Batch& batch : a) {
      const Variable loss = criterion(by_hand(Variable(batch[0])), batch[1]);
      first.zero_grad();
      loss.backward();
      nn::clip_grad_norm(by_hand.parameters(), 0.5);
      first.step();
    }
  }
  nn::Trainer trainer(trained, second, criterion, {.epochs = 3, .clip_norm = 0.5});
  const nn::TrainingResult result = trainer.fit(b);
  expect_equal(values(trained), values(by_hand));
  EXPECT_EQ(result.reason, nn::StopReason::completed);
  EXPECT_EQ(result.state.steps, 21);
  EXPECT_EQ(result.state.total_steps, 21);
  EXPECT_EQ(result.state.epoch, 2);
  EXPECT_EQ(result.state.batch, 7);
  EXPECT_EQ(result.state.items, 4);
  EXPECT_GT(result.state.gradient_norm, 0);
  EXPECT_FALSE(trained.is_training());
}

TEST(Trainer, SolvesAProblemThatIsNotLinear) {
  nn::Sequential model = small_model();
  nn::Adam optimizer(model.parameters(), {.learning_rate = 0.05});
  nn::DataLoader training = loader(200, 32);
  nn::DataLoader validation(points(200, 9), {.batch_size = 64, .device = backend()});
  nn::Trainer trainer(model, optimizer, criterion, {.epochs = 25});
  nn::Accuracy accuracy;
  trainer.add(accuracy);
  const nn::TrainingResult result = trainer.fit(training, &validation);
  ASSERT_TRUE(result.validation.has_value());
  EXPECT_EQ(result.validation->metrics.at(0).first, "accuracy");
  EXPECT_GT(result.validation->metrics.at(0).second, 0.93);
  EXPECT_GE(result.best->metrics.at(0).second, result.validation->metrics.at(0).second);
  EXPECT_EQ(result.validation->items, 200);
}

TEST(Trainer, AccumulatesTheGradientOfTheMeanOverAllItems) {
  // 22 items in batches of 4: steps of 8, 8 and 6 items, the last of a batch of 4 and one of 2.
  nn::Sequential at_once = small_model(), in_parts = small_model();
  nn::SGD first(at_once.parameters(), {.learning_rate = 0.1}),
      second(in_parts.parameters(), {.learning_rate = 0.1});
  nn::DataLoader large = loader(22, 8), small = loader(22, 4);
  nn::Trainer(at_once, first, criterion, {.epochs = 2}).fit(large);
  const nn::TrainingResult result =
      nn::Trainer(in_parts, second, criterion, {.epochs = 2, .accumulate = 2}).fit(small);
  EXPECT_EQ(result.state.steps, 6);
  EXPECT_EQ(result.state.items, 6);
  const std::vector<Tensor> a = values(at_once), b = values(in_parts);
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_TENSOR_NEAR(b[i], a[i], 1e-6);
}

/// Records the events, and calls a function after each step.
class Recorder : public nn::Callback {
 public:
  void on_start(const nn::TrainingState& state) override { note("start", state); }
  void on_step(const nn::TrainingState& state) override {
    note("step", state);
    losses.push_back(state.loss);
    rates.push_back(state.learning_rate);
    if (then) then(state);
  }
  void on_validation(const nn::TrainingState& state, const nn::Evaluation& evaluation) override {
    note("validation", state);
    validations.push_back(evaluation.loss);
  }
  void on_end(const nn::TrainingState& state, nn::StopReason) override { note("end", state); }

  std::vector<std::string> events;
  std::vector<double> losses, rates, validations;
  std::function<void(const nn::TrainingState&)> then;

 private:
  void note(const std::string& event, const nn::TrainingState& state) {
    events.push_back(event + " " + std::to_string(state.steps) + " " + std::to_string(state.epoch) + ":" +
                     std::to_string(state.batch));
  }
};

TEST(Trainer, TellsItsCallbacksWhatHappens) {
  nn::Sequential model = small_model();
  nn::SGD optimizer(model.parameters(), {.learning_rate = 0.1});
  nn::DataLoader training = loader(8, 4), validation = loader(8, 8);
  nn::Trainer trainer(model, optimizer, criterion, {.epochs = 2});
  Recorder recorder;
  trainer.add(recorder);
  trainer.fit(training, &validation);
  EXPECT_EQ(recorder.events,
            (std::vector<std::string>{"start 0 0:0", "step 1 0:1", "step 2 0:2", "validation 2 0:2",
                                      "step 3 1:1", "step 4 1:2", "validation 4 1:2", "end 4 1:2"}));
  for (const double loss : recorder.losses) EXPECT_GT(loss, 0);
}

TEST(Trainer, ValidatesEverySoManySteps) {
  nn::Sequential model = small_model();
  nn::SGD optimizer(model.parameters(), {.learning_rate = 0.1});
  nn::DataLoader training = loader(8, 4), validation = loader(8, 8);
  nn::Trainer trainer(model, optimizer, criterion, {.steps = 7, .validate_every = 3});
  Recorder recorder;
  trainer.add(recorder);
  trainer.fit(training, &validation);
  EXPECT_EQ(recorder.validations.size(), 3U);  // after 3, 6 and the last
  EXPECT_EQ(recorder.losses.size(), 7U);
  EXPECT_EQ(recorder.events.back(), "end 7 3:1");
}

TEST(Trainer, StepsSchedules) {
  nn::Sequential model = small_model();
  nn::DataLoader training = loader(8, 4);
  const auto rates = [&](bool each_epoch) {
    nn::SGD optimizer(model.parameters(), {.learning_rate = 1});
    nn::ExponentialLR schedule(optimizer, {.gamma = 0.5});
    training.load({});
    nn::Trainer trainer(model, optimizer, criterion, {.epochs = 2, .step_schedule_each_epoch = each_epoch});
    Recorder recorder;
    trainer.add(recorder);
    trainer.add(schedule);
    trainer.fit(training);
    return recorder.rates;
  };
  EXPECT_EQ(rates(false), (std::vector<double>{1, 0.5, 0.25, 0.125}));
  EXPECT_EQ(rates(true), (std::vector<double>{1, 1, 0.5, 0.5}));
}

TEST(Trainer, StopsWhenTheValidationDoesNotImprove) {
  nn::Sequential model = small_model();
  nn::SGD optimizer(model.parameters(), {.learning_rate = 0});
  nn::DataLoader training = loader(8, 4), validation = loader(8, 8);
  nn::Trainer trainer(model, optimizer, criterion, {.epochs = 100, .patience = 3});
  Recorder recorder;
  trainer.add(recorder);
  const nn::TrainingResult result = trainer.fit(training, &validation);
  EXPECT_EQ(result.reason, nn::StopReason::no_progress);
  EXPECT_EQ(recorder.validations.size(), 4U);
}

TEST(Trainer, StaysStoppedUntilTheValidationImproves) {
  nn::Sequential model = small_model();
  nn::SGD optimizer(model.parameters(), {.learning_rate = 0});
  nn::DataLoader training = loader(8, 4), validation = loader(8, 8);
  nn::Trainer trainer(model, optimizer, criterion, {.epochs = 100, .patience = 1});
  EXPECT_EQ(trainer.fit(training, &validation).reason, nn::StopReason::no_progress);
  const nn::TrainingResult again = trainer.fit(training, &validation);
  EXPECT_EQ(again.reason, nn::StopReason::no_progress);
  EXPECT_EQ(again.state.steps, 6);  // an epoch more
}

TEST(Trainer, DoesNotValidateBecauseItIsStopped) {
  nn::Sequential model = small_model();
  nn::SGD optimizer(model.parameters());
  nn::DataLoader training = loader(16, 4), validation = loader(8, 8);
  nn::Trainer trainer(model, optimizer, criterion, {.epochs = 2});
  Recorder recorder;
  recorder.then = [&](const nn::TrainingState& state) {
    if (state.steps == 2 || state.steps == 4) trainer.stop();
  };
  trainer.add(recorder);
  EXPECT_FALSE(trainer.fit(training, &validation).validation.has_value());
  EXPECT_TRUE(trainer.fit(training, &validation).validation.has_value());  // which is due
  EXPECT_EQ(trainer.fit(training, &validation).reason, nn::StopReason::completed);
}

/// Stops a run whenever it is told of an event.
class StopAt : public nn::Callback {
 public:
  explicit StopAt(nn::Trainer& trainer) : trainer_(trainer) {}
  void on_validation(const nn::TrainingState&, const nn::Evaluation&) override { trainer_.stop(); }
  void on_end(const nn::TrainingState&, nn::StopReason) override { trainer_.stop(); }

 private:
  nn::Trainer& trainer_;
};

TEST(Trainer, StopsAfterTheEventAtWhichItIsAskedTo) {
  nn::Sequential model = small_model();
  nn::SGD optimizer(model.parameters());
  nn::DataLoader training = loader(8, 4), validation = loader(8, 8);
  nn::Trainer trainer(model, optimizer, criterion, {.epochs = 2});
  StopAt stop(trainer);
  trainer.add(stop);
  const nn::TrainingResult first = trainer.fit(training, &validation);
  EXPECT_EQ(first.reason, nn::StopReason::requested);
  EXPECT_EQ(first.state.steps, 2);
  const nn::TrainingResult second = trainer.fit(training, &validation);
  EXPECT_EQ(second.reason, nn::StopReason::completed);
  EXPECT_EQ(second.state.steps, 4);
}

TEST(Trainer, GivesTheAveragesThatItValidates) {
  nn::Sequential model = small_model();
  nn::SGD optimizer(model.parameters(), {.learning_rate = 0.1});
  nn::DataLoader training = loader(16, 4), validation = loader(8, 8);
  nn::Trainer trainer(model, optimizer, criterion, {.epochs = 2, .average_decay = 0.5});
  const nn::TrainingResult result = trainer.fit(training, &validation);
  EXPECT_NE(trainer.evaluate(validation).loss, result.validation->loss);
  trainer.average()->copy_to(model.parameters());
  EXPECT_EQ(trainer.evaluate(validation).loss, result.validation->loss);
  EXPECT_EQ(nn::Trainer(model, optimizer, criterion).average(), nullptr);
}

TEST(Trainer, GoesOnAfterAStop) {
  nn::Sequential at_once = small_model(0.3), in_parts = small_model(0.3);
  nn::Adam first(at_once.parameters()), second(in_parts.parameters());
  nn::DataLoader a = loader(40, 8), b = loader(40, 8);
  manual_seed(6);
  nn::Trainer(at_once, first, criterion, {.epochs = 3}).fit(a);

  manual_seed(6);
  nn::Trainer trainer(in_parts, second, criterion, {.epochs = 3});
  Recorder recorder;
  recorder.then = [&](const nn::TrainingState& state) {
    if (state.steps % 4 == 0) trainer.stop();
  };
  trainer.add(recorder);
  EXPECT_EQ(trainer.fit(b).reason, nn::StopReason::requested);
  EXPECT_EQ(b.state(), (nn::DataLoaderState{0, 4}));
  while (trainer.fit(b).reason != nn::StopReason::completed) {
  }
  EXPECT_EQ(recorder.losses.size(), 15U);
  expect_equal(values(in_parts), values(at_once));
  EXPECT_EQ(trainer.fit(b).state.steps, 15);  // nothing is left to do
}

TEST(Trainer, EndsAfterTheStepWhenInterrupted) {
  nn::Sequential model = small_model();
  nn::SGD optimizer(model.parameters());
  nn::DataLoader training = loader(40, 8);
  nn::Trainer trainer(model, optimizer, criterion, {.epochs = 3});
  Recorder recorder;
  recorder.then = [&](const nn::TrainingState& state) {
    if (state.steps == 2) std::raise(SIGINT);
  };
  trainer.add(recorder);
  const nn::TrainingResult result = trainer.fit(training);
  EXPECT_EQ(result.reason, nn::StopReason::interrupted);
  EXPECT_EQ(result.state.steps, 2);
}

TEST(Trainer, NeedsACriterionThatReturnsOneNumber) {
  nn::Sequential model = small_model();
  nn::SGD optimizer(model.parameters());
  nn::DataLoader training = loader(8, 4);
  nn::Trainer rows(model, optimizer, [](const Variable& output, const Variable&) { return output; });
  EXPECT_ERROR(rows.fit(training), ShapeError,
               "[Trainer::fit] the criterion returned [4, 2]; it must return one number, such as mean(...)");
  nn::Trainer none(model, optimizer, [](const Variable&, const Variable&) { return Variable(); });
  EXPECT_ERROR(none.evaluate(training), ShapeError,
               "[Trainer::evaluate] the criterion returned an undefined tensor; it must return one number, "
               "such as mean(...)");
}

TEST(Trainer, NamesTheOpWhoseGradientIsNaN) {
  // The derivative of sqrt at 0 is infinite, and times 0 it is NaN.
  const auto risky = [](const Variable& output, const Variable&) { return sum(sqrt(output * 0.0) * 0.0); };
  nn::Sequential model = small_model();
  nn::SGD optimizer(model.parameters());
  nn::DataLoader training = loader(4, 4);  // one step: the next loss is NaN
  const auto fit = [&](bool detect_anomaly) {
    nn::Trainer(model, optimizer, risky, {.detect_anomaly = detect_anomaly}).fit(training);
  };
  EXPECT_THROW(fit(true), ValueError);
  {
    const DetectAnomaly guard;
    EXPECT_THROW(fit(false), ValueError);
  }
  EXPECT_NO_THROW(fit(false));
}

TEST(Trainer, NamesTheStepOfALossThatIsNotFinite) {
  nn::Sequential model = small_model();
  nn::SGD optimizer(model.parameters(), {.learning_rate = 0.1});
  nn::DataLoader training = loader(40, 8);
  std::vector<Tensor> before;
  int calls = 0;
  const auto explodes = [&](const Variable& output, const Variable& target) {
    if (++calls == 7) before = values(model);
    return criterion(output, target) * (calls == 7 ? std::numeric_limits<double>::infinity() : 1.0);
  };
  nn::Trainer trainer(model, optimizer, explodes, {.epochs = 3});
  EXPECT_ERROR(trainer.fit(training), ValueError,
               "[Trainer::fit] the loss of step 7 is inf (epoch 1, batch 2)");
  expect_equal(values(model), before);
  EXPECT_EQ(training.state(), (nn::DataLoaderState{1, 1}));  // fit() would try that batch again
  EXPECT_EQ(trainer.fit(training).state.steps, 15);
  const auto no_number = [&](const Variable& output, const Variable& target) {
    return criterion(output, target) * -std::numeric_limits<double>::quiet_NaN();
  };
  nn::Trainer other(model, optimizer, no_number, {.epochs = 1});
  nn::DataLoader fresh = loader(40, 8);
  EXPECT_ERROR(other.fit(fresh), ValueError, "[Trainer::fit] the loss of step 1 is nan (epoch 0, batch 1)");
}

TEST(Trainer, ValidatesTheAverageOfTheParameters) {
  nn::Sequential model = small_model(), reference = small_model();
  nn::SGD optimizer(model.parameters(), {.learning_rate = 0.5});
  nn::DataLoader training = loader(8, 8), validation = loader(8, 8);
  // The average stays where the parameters began, in all digits of the loss.
  nn::Trainer trainer(model, optimizer, criterion, {.epochs = 4, .average_decay = 1 - 1e-16});
  nn::SGD other(reference.parameters());
  const double at_first = nn::Trainer(reference, other, criterion).evaluate(validation).loss;
  Recorder recorder;
  trainer.add(recorder);
  trainer.fit(training, &validation);
  for (const double loss : recorder.validations) EXPECT_EQ(loss, at_first);
  EXPECT_LT(recorder.losses.back(), at_first);  // the parameters were trained all the same
  EXPECT_LT(trainer.evaluate(validation).loss, at_first);
}

TEST(Trainer, CountsTheBatchesThatItTakesOfAnEpoch) {
  nn::Sequential model = small_model();
  nn::SGD optimizer(model.parameters());
  nn::Trainer trainer(model, optimizer, criterion, {.steps = 5, .accumulate = 2});
  Recorder recorder;
  std::vector<std::int64_t> batches;
  recorder.then = [&](const nn::TrainingState& state) { batches.push_back(state.batches); };
  trainer.add(recorder);
  nn::DataLoader training = loader(20, 4);  // an epoch is 5 batches, and 3 steps
  EXPECT_EQ(trainer.fit(training).state.batch, 4);
  EXPECT_EQ(batches, (std::vector<std::int64_t>{5, 5, 5, 4, 4}));
}

TEST(Trainer, EvaluatesWeightedByItems) {
  nn::Sequential model = small_model(0.5);
  nn::SGD optimizer(model.parameters());
  nn::Trainer trainer(model, optimizer, criterion);
  nn::DataLoader whole = loader(10, 10), parts = loader(10, 4);
  parts.load({2, 1});
  EXPECT_TRUE(model.is_training());
  EXPECT_NEAR(trainer.evaluate(parts).loss, trainer.evaluate(whole).loss, 1e-6);
  EXPECT_TRUE(model.is_training());
  EXPECT_EQ(parts.state(), (nn::DataLoaderState{2, 1}));
}

TEST(Trainer, RefusesWhatItCannotDo) {
  nn::Sequential model = small_model();
  nn::SGD optimizer(model.parameters());
  const auto make = [&](const nn::TrainerOptions& options) {
    return nn::Trainer(model, optimizer, criterion, options), 0;
  };
  EXPECT_ERROR(make({.epochs = -1}), ValueError, "[Trainer] epochs is -1; it must be at least 0");
  EXPECT_ERROR(make({.accumulate = 0}), ValueError, "[Trainer] accumulate is 0; it must be at least 1");
  EXPECT_ERROR(make({.clip_norm = -0.5}), ValueError, "[Trainer] clip_norm is -0.5; it must be at least 0");
  EXPECT_ERROR(make({.average_decay = 1}), ValueError, "[Trainer] average_decay is 1; it must be in [0, 1)");
  EXPECT_ERROR(nn::Trainer(model, optimizer, nn::Criterion()), ValueError,
               "[Trainer] the criterion is empty");
  nn::Trainer trainer(model, optimizer, criterion);
  nn::DataLoader none = loader(0, 4), one = loader(8, 4);
  EXPECT_ERROR(trainer.fit(none), ValueError, "[Trainer::fit] the loader has no batches");
  EXPECT_ERROR(trainer.fit(one, &one), ValueError,
               "[Trainer::fit] one loader cannot train and validate at once; make another of its dataset");
  const auto unlabeled = std::make_shared<nn::TensorDataset>(std::vector{zeros({4, 2})});
  nn::DataLoader inputs(unlabeled, {.batch_size = 2});
  EXPECT_ERROR(trainer.fit(inputs), ValueError,
               "[Trainer::fit] a batch has 1 tensors; it needs an input and a target");
  EXPECT_ERROR(trainer.evaluate(inputs), ValueError,
               "[Trainer::evaluate] a batch has 1 tensors; it needs an input and a target");
}

}  // namespace
}  // namespace tinytorch::testing
