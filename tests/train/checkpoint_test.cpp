#include "nn/train/checkpoint.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/ops/arithmetic.h"
#include "core/ops/creation.h"
#include "core/ops/random.h"
#include "core/safetensors.h"
#include "nn/dense.h"
#include "nn/optim/sgd.h"
#include "nn/sequential.h"
#include "nn/train/trainer.h"
#include "tests/support/backend.h"
#include "tests/support/file_test.h"
#include "tests/support/tensor_matchers.h"
#include "tests/train/trained.h"

namespace tinytorch::testing {
namespace {

namespace fs = std::filesystem;

/// A message about a file, whose path stands for "@".
std::string about(const std::string& path, std::string message) {
  return message.replace(message.find('@'), 1, path);
}

using CheckpointFile = FileTest;

TEST_F(CheckpointFile, HasAllThatWasSaved) {
  constexpr double kInf = std::numeric_limits<double>::infinity();
  const nn::Checkpoint saved{
      .model = {{"weight", Tensor{{1.0, 2.0}}}, {"0.steps", Tensor(7).to(DType::i64)}},
      .optimizer = {.steps = 5,
                    .learning_rates = {0.1, 1.0 / 3},
                    .parameters = {{.steps = 4, .first = Tensor{3.0}}, {}}},
      .schedules = {{.steps = 9, .base_rates = {0.25}}},
      .averages = {Tensor{4.0}, Tensor{5.0}},
      .loader = {2, 3},
      .random = {std::numeric_limits<std::uint64_t>::max(), 11},
      .steps = 12,
      .bad_validations = 1,
      .best = nn::Evaluation{.loss = std::numeric_limits<double>::quiet_NaN(),
                             .items = 3,
                             .metrics = {{"accuracy", 0.5}, {"a", kInf}, {"b", -kInf}}},
      .config = {{"width", "16"}, {"na\"me", "ü"}}};
  nn::save_checkpoint(path("a"), saved);
  const nn::Checkpoint loaded = nn::load_checkpoint(path("a"));
  ASSERT_EQ(loaded.model.size(), 2U);
  EXPECT_TENSOR_EQ(loaded.model.at("weight"), {{1.0, 2.0}});
  EXPECT_EQ(loaded.model.at("0.steps").item<std::int64_t>(), 7);
  EXPECT_EQ(loaded.optimizer.steps, 5);
  EXPECT_EQ(loaded.optimizer.learning_rates, saved.optimizer.learning_rates);
  ASSERT_EQ(loaded.optimizer.parameters.size(), 2U);
  EXPECT_EQ(loaded.optimizer.parameters[0].steps, 4);
  EXPECT_TENSOR_EQ(loaded.optimizer.parameters[0].first, {3.0});
  EXPECT_FALSE(loaded.optimizer.parameters[0].second.defined());
  EXPECT_FALSE(loaded.optimizer.parameters[1].first.defined());
  ASSERT_EQ(loaded.schedules.size(), 1U);
  EXPECT_EQ(loaded.schedules[0].steps, 9);
  EXPECT_EQ(loaded.schedules[0].base_rates, (std::vector<double>{0.25}));
  ASSERT_EQ(loaded.averages.size(), 2U);
  EXPECT_TENSOR_EQ(loaded.averages[1], {5.0});
  EXPECT_EQ(loaded.loader, saved.loader);
  EXPECT_EQ(loaded.random.seed, saved.random.seed);
  EXPECT_EQ(loaded.random.offset, 11U);
  EXPECT_EQ(loaded.steps, 12);
  EXPECT_EQ(loaded.bad_validations, 1);
  ASSERT_TRUE(loaded.best.has_value());
  EXPECT_TRUE(std::isnan(loaded.best->loss));
  EXPECT_EQ(loaded.best->metrics, saved.best->metrics);
  EXPECT_EQ(loaded.config, saved.config);
}

TEST_F(CheckpointFile, OfNothingIsEmpty) {
  nn::save_checkpoint(path("a"), {});
  const nn::Checkpoint loaded = nn::load_checkpoint(path("a"));
  EXPECT_TRUE(loaded.model.empty());
  EXPECT_FALSE(loaded.best.has_value());
  EXPECT_EQ(loaded.loader, nn::DataLoaderState{});
}

TEST_F(CheckpointFile, ThatIsNoneIsRefused) {
  save_safetensors(path("plain"), {{"weight", ones({2})}});
  EXPECT_ERROR(
      nn::load_checkpoint(path("plain")), IoError,
      about(path("plain"), "[load_checkpoint] @: is no checkpoint; load_safetensors() reads its tensors"));
  const auto described = [&](const std::string& description,
                             const std::map<std::string, Tensor>& tensors = {}) {
    save_safetensors(path("x"), tensors, {{"tinytorch.checkpoint", description}});
    return path("x");
  };
  EXPECT_ERROR(nn::load_checkpoint(described(R"({"version": 99})")), IoError,
               about(path("x"), "[load_checkpoint] @: is of version 99; only version 1 can be read"));
  for (const char* description :
       {"", "{", "[]", "{}", "7", R"({"version": 1})", R"({"version": 1, "steps": "x"})"}) {
    try {
      nn::load_checkpoint(described(description));
      ADD_FAILURE() << description << " was read";
    } catch (const IoError& error) {
      EXPECT_TRUE(std::string(error.what())
                      .starts_with(about(path("x"), "[load_checkpoint] @: its description is malformed: ")))
          << error.what();
    }
  }
  nn::save_checkpoint(path("a"), {});
  const std::string empty = SafetensorsFile(path("a")).metadata().at("tinytorch.checkpoint");
  const std::string zero = "\"bad_validations\":0";
  for (const char* count : {"1e300", "1.5", "9223372036854775808", "\"1\"", "null"}) {
    std::string changed = empty;
    changed.replace(changed.find(zero), zero.size(), std::string("\"bad_validations\":") + count);
    try {
      nn::load_checkpoint(described(changed));
      ADD_FAILURE() << count << " was read";
    } catch (const IoError& error) {
      EXPECT_TRUE(std::string(error.what()).ends_with(" is not a whole number in range")) << error.what();
    }
  }
  // Tensors that do not fit the description.
  nn::save_checkpoint(path("a"), {.averages = {ones({1})}});
  const std::string description = SafetensorsFile(path("a")).metadata().at("tinytorch.checkpoint");
  EXPECT_ERROR(nn::load_checkpoint(described(description)), IoError,
               about(path("x"), "[load_checkpoint] @: average 0 is missing"));
  EXPECT_ERROR(nn::load_checkpoint(described(description, {{"average.0", ones({1})}, {"other", ones({1})}})),
               IoError,
               about(path("x"), "[load_checkpoint] @: has a tensor \"other\", which no checkpoint has"));
}

TEST_F(CheckpointFile, NeedsTextsInUtf8) {
  EXPECT_ERROR(nn::save_checkpoint(path("a"), {.config = {{"name", "\xff"}}}), ValueError,
               "[save_checkpoint] an entry of the config, or the name of a metric, is not UTF-8");
  EXPECT_FALSE(fs::exists(path("a")));
}

using CheckpointDirectory = FileTest;

TEST_F(CheckpointDirectory, KeepsTheLastFewAndTheBest) {
  const nn::CheckpointDirectory directory(path("runs/a"), 2);
  EXPECT_EQ(nn::latest_checkpoint(path("runs/a")), "");
  for (const std::int64_t steps : {5, 10, 999999999, 1000000000}) {
    const std::string saved = directory.save({.steps = steps});
    EXPECT_EQ(saved, nn::latest_checkpoint(path("runs/a")));
    if (steps == 10) {
      EXPECT_EQ(directory.save_best({.steps = 10}), path("runs/a/best.safetensors"));
    }
  }
  EXPECT_EQ(nn::latest_checkpoint(path("runs/a")), path("runs/a/step_1000000000.safetensors"));
  EXPECT_TRUE(fs::exists(path("runs/a/step_999999999.safetensors")));
  EXPECT_FALSE(fs::exists(path("runs/a/step_000000010.safetensors")));
  EXPECT_EQ(nn::load_checkpoint(path("runs/a/best.safetensors")).steps, 10);
}

TEST_F(CheckpointDirectory, IsTakenOverByANewRun) {
  for (const std::int64_t steps : {100, 200, 300})
    nn::CheckpointDirectory(path("a"), 2).save({.steps = steps});
  const nn::CheckpointDirectory directory(path("a"), 2);
  EXPECT_EQ(directory.save({.steps = 250}), path("a/step_000000250.safetensors"));
  EXPECT_FALSE(fs::exists(path("a/step_000000300.safetensors")));
  EXPECT_TRUE(fs::exists(path("a/step_000000200.safetensors")));
  const std::string first = directory.save({.steps = 50});
  EXPECT_EQ(nn::latest_checkpoint(path("a")), first);
  EXPECT_FALSE(fs::exists(path("a/step_000000200.safetensors")));
}

TEST_F(CheckpointDirectory, LeavesOtherFilesAlone) {
  const nn::CheckpointDirectory directory(path("a"), 1);
  for (const char* name :
       {"a/step_.safetensors", "a/step_1x.safetensors", "a/step_000000009.safetensors.tmp", "a/notes"}) {
    save_safetensors(path(name), {});
  }
  directory.save({.steps = 1});
  EXPECT_EQ(nn::latest_checkpoint(path("a")), path("a/step_000000001.safetensors"));
  EXPECT_TRUE(fs::exists(path("a/step_.safetensors")));
}

TEST_F(CheckpointDirectory, SaysWhatItCannotRemove) {
  const nn::CheckpointDirectory directory(path("a"), 1);
  fs::create_directories(path("a/step_000000001.safetensors/full"));
  EXPECT_ERROR(directory.save({.steps = 2}), IoError,
               about(path("a/step_000000001.safetensors"),
                     "[CheckpointDirectory] @: cannot be removed: Directory not empty"));
  EXPECT_EQ(nn::latest_checkpoint(path("a")), path("a/step_000000002.safetensors"));
}

TEST_F(CheckpointDirectory, ThatCannotBeIsRefused) {
  EXPECT_ERROR(nn::CheckpointDirectory(path("a"), 0), ValueError,
               "[CheckpointDirectory] keep is 0; it must be positive");
  save_safetensors(path("file"), {});
  EXPECT_ERROR(
      nn::CheckpointDirectory(path("file"), 1), IoError,
      about(path("file"), "[CheckpointDirectory] @: cannot be created as a directory: Not a directory"));
  EXPECT_ERROR(
      nn::CheckpointDirectory("/proc/none", 1), IoError,
      "[CheckpointDirectory] /proc/none: cannot be created as a directory: No such file or directory");
  EXPECT_ERROR(nn::latest_checkpoint(path("file")), IoError,
               about(path("file"), "[latest_checkpoint] @: cannot be read: Not a directory"));
  EXPECT_EQ(nn::latest_checkpoint(path("none")), "");
}

// -- runs that go on

/// Stops a run after some steps.
class StopAfter : public nn::Callback {
 public:
  StopAfter(nn::Trainer& trainer, std::int64_t steps) : trainer_(trainer), steps_(steps) {}
  void on_step(const nn::TrainingState& state) override {
    if (state.steps == steps_) trainer_.stop();
  }

 private:
  nn::Trainer& trainer_;
  std::int64_t steps_;
};

using ResumedRun = FileTest;

TEST_F(ResumedRun, EndsAsOneThatWasNotInterrupted) {
  manual_seed(5);
  Trained undisturbed("");
  undisturbed.fit();
  for (const std::int64_t stop : {1, 2, 4, 7, 19}) {  // an epoch has four steps
    SCOPED_TRACE(stop);
    const std::string directory = path("run" + std::to_string(stop));
    {
      manual_seed(5);
      Trained first(directory);
      EXPECT_FALSE(first.trainer.resume(first.loader));
      StopAfter stopped(first.trainer, stop);
      first.trainer.add(stopped);
      EXPECT_EQ(first.fit().reason, nn::StopReason::requested);
    }
    manual_seed(77);  // another process
    Trained second(directory);
    EXPECT_TRUE(second.trainer.resume(second.loader));
    EXPECT_EQ(second.fit().state.steps, 20);
    expect_same_run(second.checkpoint(), undisturbed.checkpoint());
    EXPECT_EQ(nn::load_checkpoint(directory + "/best.safetensors").config.at("width"), "8");
  }
}

TEST_F(ResumedRun, NeedsTheSameModel) {
  Trained run(path("run"));
  run.fit();
  const nn::Checkpoint saved = run.checkpoint();
  Trained other("");
  const nn::Checkpoint before = other.checkpoint();
  const auto changed = [&](const std::function<void(nn::Checkpoint&)>& change) {
    nn::Checkpoint checkpoint = saved;
    change(checkpoint);
    return checkpoint;
  };
  EXPECT_ERROR(other.trainer.load(changed([](auto& c) { c.schedules.clear(); }), other.loader), ValueError,
               "[Trainer::load] the checkpoint has 0 schedules, but the trainer has 1");
  EXPECT_ERROR(
      other.trainer.load(changed([](auto& c) { c.averages.clear(); }), other.loader), ValueError,
      "[Trainer::load] the checkpoint has 0 averages of parameters; average_decay must be as it was");
  EXPECT_ERROR(other.trainer.load(changed([](auto& c) { c.steps = -1; }), other.loader), ValueError,
               "[Trainer::load] steps of the checkpoint is -1; it must be in [0, 2^53]");
  EXPECT_THROW(other.trainer.load(changed([](auto& c) { c.model.erase("0.weight"); }), other.loader),
               ValueError);
  EXPECT_THROW(other.trainer.load(changed([](auto& c) { c.optimizer.parameters.pop_back(); }), other.loader),
               ValueError);
  EXPECT_THROW(other.trainer.load(changed([](auto& c) { c.loader.batch = 99; }), other.loader), ValueError);
  // Nothing was changed.
  const nn::Checkpoint after = other.checkpoint();
  for (const auto& [name, value] : before.model) EXPECT_TENSOR_EQ(after.model.at(name), value);
  EXPECT_EQ(after.optimizer.steps, 0);
  EXPECT_EQ(after.loader, nn::DataLoaderState{});
  EXPECT_EQ(after.schedules.at(0).steps, 0);
}

}  // namespace
}  // namespace tinytorch::testing
