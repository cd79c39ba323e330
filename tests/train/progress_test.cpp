#include "nn/train/progress.h"

#include <gtest/gtest.h>

#include <limits>
#include <sstream>
#include <string>

namespace tinytorch::testing {
namespace {

/// A clock that is set by hand, and what is printed.
struct Shown {
  explicit Shown(nn::ProgressStyle style)
      : progress(out, {.style = style, .clock = [this] { return seconds; }}) {}

  /// Takes what was printed since the last call.
  std::string text() {
    std::string all = out.str();
    out.str("");
    return all;
  }

  double seconds = 50;
  std::ostringstream out;
  nn::Progress progress;
};

nn::TrainingState state(std::int64_t steps) {
  return {.steps = steps,
          .total_steps = 400,
          .epoch = 1,
          .batch = steps - 100,
          .batches = 100,
          .items = 32,
          .loss = 0.25};
}

const nn::Evaluation kEvaluation{.loss = 0.5, .items = 10, .metrics = {{"accuracy", 0.875}}};

TEST(Progress, ShowsABar) {
  Shown shown(nn::ProgressStyle::bar);
  shown.progress.on_start(state(100));
  EXPECT_EQ(shown.text(), "going on after step 100 of 400\n");
  shown.seconds += 0.05;
  shown.progress.on_step(state(110));
  EXPECT_EQ(shown.text(), "");  // too soon
  shown.seconds += 9.95;
  shown.progress.on_step(state(150));
  const std::string bar = "epoch 2 [============>              ] 50/100  loss 0.2500  6 items/s  0:50 left";
  EXPECT_EQ(shown.text(), "\r" + bar);
  shown.progress.on_validation(state(150), kEvaluation);
  EXPECT_EQ(shown.text(), "\r" + std::string(bar.size(), ' ') +
                              "\repoch 2  step 150  loss 0.2500  validation loss 0.5000  accuracy 0.8750\n");
  shown.progress.on_end(state(150), nn::StopReason::interrupted);
  EXPECT_EQ(shown.text(), "interrupted after step 150, 0:10 in this run\n");
}

TEST(Progress, PrintsNaNWithoutASign) {
  Shown shown(nn::ProgressStyle::lines);
  const double nan = -std::numeric_limits<double>::quiet_NaN();
  shown.progress.on_validation(state(150), {.loss = nan, .items = 10, .metrics = {{"error", nan}}});
  EXPECT_EQ(shown.text(), "epoch 2  step 150  loss 0.2500  validation loss nan  error nan\n");
}

TEST(Progress, OverwritesALongerBar) {
  Shown shown(nn::ProgressStyle::bar);
  shown.progress.on_start(state(100));
  shown.text();
  shown.seconds += 1;
  shown.progress.on_step(state(109));
  const std::string first = shown.text();
  shown.seconds += 1;
  nn::TrainingState shorter = state(100);
  shorter.batches = 1;
  shown.progress.on_step(shorter);
  const std::string second = shown.text();
  EXPECT_EQ(second.size(), first.size()) << "or the end of the first stays there";
  EXPECT_TRUE(second.ends_with("left  ")) << second;
}

TEST(Progress, KeepsTheBarInOneLine) {
  Shown shown(nn::ProgressStyle::bar);
  shown.progress.on_start(state(0));
  shown.seconds += 1e8;
  nn::TrainingState wide = state(100);
  wide.batch = wide.batches = std::int64_t{1} << 60;
  shown.progress.on_step(wide);
  EXPECT_EQ(shown.text().size(), 80U);  // and the line's beginning
}

TEST(Progress, ShowsWhatItDoesNotKnowYet) {
  Shown shown(nn::ProgressStyle::bar);
  shown.progress.on_start(state(100));
  shown.text();
  shown.seconds += 1;
  shown.progress.on_step({.steps = 100, .total_steps = 400});
  EXPECT_EQ(shown.text(), "\repoch 1 [                              ] 0/0  loss 0.0000  0 items/s  ? left");
}

TEST(Progress, ShowsLinesWhereNothingCanBeOverwritten) {
  Shown shown(nn::ProgressStyle::automatic);  // a stream that is no terminal
  shown.progress.on_start(state(0));
  EXPECT_EQ(shown.text(), "");
  shown.seconds += 9;
  shown.progress.on_step(state(110));
  EXPECT_EQ(shown.text(), "");
  shown.seconds += 3700 - 9;
  shown.progress.on_step(state(120));
  EXPECT_EQ(shown.text(), "epoch 2  20/100  loss 0.2500  0 items/s  2:23:53 left\n");
  shown.progress.on_checkpoint(state(120), "runs/last");
  EXPECT_EQ(shown.text(), "saved runs/last\n");
  shown.progress.on_end(state(120), nn::StopReason::completed);
  EXPECT_EQ(shown.text(), "completed after step 120, 1:01:40 in this run\n");
}

TEST(Progress, SaysWhyARunEnded) {
  Shown shown(nn::ProgressStyle::lines);
  shown.progress.on_end(state(120), nn::StopReason::no_progress);
  EXPECT_EQ(shown.text(), "stopped: the validation did not improve after step 120, 0:50 in this run\n");
  shown.progress.on_end(state(120), nn::StopReason::requested);
  EXPECT_EQ(shown.text(), "stopped on request after step 120, 0:50 in this run\n");
}

TEST(Progress, SaysThatNothingIsLeftToDo) {
  Shown shown(nn::ProgressStyle::lines);
  nn::TrainingState over = state(104);
  over.total_steps = 39;
  shown.progress.on_start(over);
  EXPECT_EQ(shown.text(), "nothing is left to do: 39 steps were asked for, and 104 are made\n");
}

TEST(Progress, IsQuietIfAsked) {
  Shown shown(nn::ProgressStyle::quiet);
  shown.progress.on_start(state(100));
  shown.seconds += 100;
  shown.progress.on_step(state(150));
  shown.progress.on_validation(state(150), kEvaluation);
  shown.progress.on_end(state(150), nn::StopReason::completed);
  EXPECT_EQ(shown.text(), "");
}

}  // namespace
}  // namespace tinytorch::testing
