// The checks of module 11: one suite an exercise, named in modules/11_training/module.json.
#include "modules/11_training/training.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <sstream>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include "modules/course/check.h"
#include "modules/course/todo.h"

namespace training {
namespace {

namespace fs = std::filesystem;
using tinytorch::course::check;
using Floats = std::vector<float>;
using Classes = std::vector<std::int64_t>;
using Losses = std::vector<double>;

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN(),
                kInfinity = std::numeric_limits<float>::infinity();

Floats floats_of(const Losses& values) { return {values.begin(), values.end()}; }

// Losses and their gradients of two arrays.
using Loss = double (*)(std::span<const float>, std::span<const float>);
using Gradient = void (*)(std::span<const float>, std::span<const float>, float, std::span<float>);

void check_loss(const std::string& name, Loss loss, const Floats& x, const Floats& target, double expected,
                double relative = 1e-6) {
  const double value = loss(x, target);
  if (tinytorch::course::agree(value, expected, relative)) return SUCCEED();
  FAIL() << name << '(' << tinytorch::course::text_of(x) << ", " << tinytorch::course::text_of(target)
         << ") is " << tinytorch::course::text_of(value) << ", expected "
         << tinytorch::course::text_of(expected);
}

void check_gradient(const std::string& name, Gradient gradient, const Floats& x, const Floats& target,
                    float grad, const Floats& expected) {
  Floats dx(x.size(), kNaN);
  gradient(x, target, grad, dx);
  check(name, {x, target, Floats{grad}}, dx, expected);
}

TEST(Mse, HasTheRightValues) {
  check_loss("mse", mse, {1, 2}, {0, 0}, 2.5);
  check_loss("mse", mse, {1, -2, 0.5F}, {2, 1, 0.5F}, 10.0 / 3);
}
TEST(Mse, LosesNothingOfLongSums) {
  constexpr std::size_t kSize = 1 << 20;
  constexpr float kSmall = 2e-4F;
  Floats x(kSize, kSmall);
  x[0] = 1;
  const double square = static_cast<double>(kSmall) * kSmall;
  check_loss("mse", mse, x, Floats(kSize, 0), (1 + (kSize - 1) * square) / kSize);
}
TEST(Mse, DoesNotOverflow) {
  check_loss("mse", mse, {1e20F}, {0}, static_cast<double>(1e20F) * 1e20F);
  check_loss("mse", mse, {3e38F}, {-3e38F}, 4.0 * 3e38F * 3e38F);
}
TEST(Mse, OfNothingIsNaN) { check_loss("mse", mse, {}, {}, kNaN); }
TEST(Mse, GradientHasTheRightValues) {
  check_gradient("mse_gradient", mse_gradient, {1, 4}, {0, 0}, 1, {1, 4});
  check_gradient("mse_gradient", mse_gradient, {1, 4, 2, 0}, {2, 1, 2, 0}, 1, {-0.5F, 1.5F, 0, 0});
}
TEST(Mse, GradientObeysTheChainRule) {
  check_gradient("mse_gradient", mse_gradient, {1, 4}, {0, 0}, -2, {-2, -8});
}

TEST(Bce, HasTheRightValues) {
  const auto exact = [](double x, double t) {
    const double s = 1 / (1 + std::exp(-x));
    return -(t * std::log(s) + (1 - t) * std::log(1 - s));
  };
  check_loss("bce", bce, {0}, {1}, std::log(2));
  check_loss("bce", bce, {1.5F}, {0}, exact(1.5, 0));
  check_loss("bce", bce, {-1.5F}, {0.25F}, exact(-1.5, 0.25));
  check_loss("bce", bce, {1, -2, 3, 0}, {1, 1, 0, 0.5F},
             (exact(1, 1) + exact(-2, 1) + exact(3, 0) + exact(0, 0.5)) / 4);
}
TEST(Bce, DoesNotOverflow) {
  check_loss("bce", bce, {1000}, {0}, 1000);
  check_loss("bce", bce, {-1000}, {1}, 1000);
  check_loss("bce", bce, {1000, -1000}, {1, 0}, 0);
}
TEST(Bce, KeepsSmallLosses) {
  check_loss("bce", bce, {40}, {1}, std::exp(-40.0));
  check_loss("bce", bce, {-40}, {0}, std::exp(-40.0));
}
TEST(Bce, GradientHasTheRightValues) {
  check_gradient("bce_gradient", bce_gradient, {0, 0}, {1, 0}, 1, {-0.25F, 0.25F});
  const auto sigmoid = [](double x) { return static_cast<float>(1 / (1 + std::exp(-x))); };
  check_gradient("bce_gradient", bce_gradient, {2}, {0.5F}, 1, {sigmoid(2) - 0.5F});
  check_gradient("bce_gradient", bce_gradient, {-3}, {0}, 1, {sigmoid(-3)});
}
TEST(Bce, GradientObeysTheChainRule) {
  check_gradient("bce_gradient", bce_gradient, {0, 0}, {1, 0}, -8, {2, -2});
}
TEST(Bce, GradientDoesNotOverflow) {
  check_gradient("bce_gradient", bce_gradient, {1000, -1000}, {0, 1}, 2, {1, -1});
}
TEST(Bce, GradientKeepsSmallResults) {
  const double e = std::exp(-10.0);
  check_gradient("bce_gradient", bce_gradient, {10}, {1}, 1, {static_cast<float>(-e / (1 + e))});
}

// Cross-entropy of logits and classes.
double loss_of(const Floats& logits, const Classes& target) {
  return cross_entropy(logits, target, logits.size() / target.size());
}
void check_cross_entropy(const Floats& logits, std::int64_t target, double expected, double relative = 1e-6) {
  check("cross_entropy with the target " + std::to_string(target) + " of", {logits},
        Floats{static_cast<float>(loss_of(logits, {target}))}, Floats{static_cast<float>(expected)},
        relative);
}
Floats gradient_of(const Floats& logits, const Classes& target, float grad) {
  Floats dx(logits.size(), kNaN);
  cross_entropy_gradient(logits, target, logits.size() / target.size(), grad, dx);
  return dx;
}

TEST(CrossEntropy, HasTheRightValues) {
  check_cross_entropy({0, 0}, 1, std::log(2));
  check_cross_entropy({1, 2, 3}, 2, std::log(1 + std::exp(-1.0) + std::exp(-2.0)));
  check_cross_entropy({1, 2, 3}, 0, std::log(1 + std::exp(1.0) + std::exp(2.0)));
  check_cross_entropy({5}, 0, 0);
}
TEST(CrossEntropy, IsTheMeanOfTheRows) {
  const Floats logits{0, 0, 3, 1, 0, 2};
  const double expected = (std::log(2) + std::log(1 + std::exp(2.0)) + std::log(1 + std::exp(-2.0))) / 3;
  check("cross_entropy of three rows with the targets 0, 1 and 1 of", {logits},
        Floats{static_cast<float>(loss_of(logits, {0, 1, 1}))}, Floats{static_cast<float>(expected)});
}
TEST(CrossEntropy, DoesNotOverflow) {
  check_cross_entropy({1000, 0}, 1, 1000);
  check_cross_entropy({1000, 0}, 0, 0);
}
TEST(CrossEntropy, TakesTheLargestOfNegativeRows) { check_cross_entropy({-1000, -1000}, 0, std::log(2)); }
TEST(CrossEntropy, KeepsSmallLosses) {
  check_cross_entropy({20, 0}, 0, std::log1p(std::exp(-20.0)), 1e-5);
  check_cross_entropy({1020, 1000}, 0, std::log1p(std::exp(-20.0)), 1e-5);
}
TEST(CrossEntropy, OfHiddenClassesIsNotNaN) {
  check_cross_entropy({-kInfinity, 0, 0}, 1, std::log(2));
  check_cross_entropy({3, -kInfinity}, 0, 0);
  check_cross_entropy({-kInfinity, 0}, 0, kInfinity);
}
TEST(CrossEntropy, RefusesATargetThatIsNoClass) {
  EXPECT_THROW(loss_of({1, 2, 3}, {3}), std::invalid_argument) << "cross_entropy of three classes, target 3";
  EXPECT_THROW(loss_of({1, 2, 3}, {-1}), std::invalid_argument)
      << "cross_entropy of three classes, target -1";
}
TEST(CrossEntropy, GradientIsSoftmaxMinusTheTarget) {
  const Floats logits{1, 2, 3};
  const double sum = std::exp(1.0) + std::exp(2.0) + std::exp(3.0);
  check("cross_entropy_gradient with the target 1 of", {Floats{0, 0}}, gradient_of({0, 0}, {1}, 1),
        Floats{0.5F, -0.5F});
  check("cross_entropy_gradient with the target 0 of", {logits}, gradient_of(logits, {0}, 1),
        Floats{static_cast<float>(std::exp(1.0) / sum - 1), static_cast<float>(std::exp(2.0) / sum),
               static_cast<float>(std::exp(3.0) / sum)});
}
TEST(CrossEntropy, GradientIsDividedByTheRows) {
  const Floats logits{0, 0, 7, 7};
  check("cross_entropy_gradient of two rows with the targets 0 and 1 of", {logits},
        gradient_of(logits, {0, 1}, 1), Floats{-0.25F, 0.25F, 0.25F, -0.25F});
}
TEST(CrossEntropy, GradientObeysTheChainRule) {
  check("cross_entropy_gradient with the target 0 and the gradient -4 of", {Floats{0, 0}},
        gradient_of({0, 0}, {0}, -4), Floats{2, -2});
}
TEST(CrossEntropy, GradientDoesNotOverflow) {
  for (const Floats& logits : {Floats{1000, 1000}, Floats{-1000, -1000}}) {
    check("cross_entropy_gradient with the target 0 of", {logits}, gradient_of(logits, {0}, 1),
          Floats{-0.5F, 0.5F});
  }
}

void check_accuracy(const Floats& logits, const Classes& target, double expected) {
  const std::size_t classes = logits.size() / target.size();
  check("accuracy with " + std::to_string(classes) + " classes of",
        {logits, Floats(target.begin(), target.end())},
        Floats{static_cast<float>(accuracy(logits, target, classes))}, Floats{static_cast<float>(expected)});
}
TEST(Accuracy, IsTheFractionOfRightRows) {
  check_accuracy({1, 2, 4, 3, 6, 5, 6, 7}, {1, 0, 0, 0}, 0.75);
  check_accuracy({1, 3, 2}, {1}, 1);
  check_accuracy({1, 3, 2}, {0}, 0);
}
TEST(Accuracy, OfNegativeLogits) { check_accuracy({-3, -2, -1}, {2}, 1); }
TEST(Accuracy, TakesTheFirstOfEquals) { check_accuracy({5, 5, 5, 5, 1, 1}, {0, 1, 0}, 2.0 / 3); }
TEST(Accuracy, TakesNaNForTheLargest) {
  check_accuracy({1, kNaN, 2}, {2}, 0);
  check_accuracy({kNaN, 5}, {1}, 0);
}
TEST(Accuracy, OfNoRowsIsNaN) { check("accuracy of no rows", {}, accuracy({}, {}, 3), kNaN); }

/// What early_stopping says after each loss.
void check_stopping(std::int64_t patience, double min_improvement, const Losses& losses,
                    const Floats& expected) {
  EarlyStopping state{.patience = patience, .min_improvement = min_improvement};
  Floats decisions;
  for (const double loss : losses) decisions.push_back(early_stopping(state, loss) ? 1 : 0);
  check("early_stopping with patience " + std::to_string(patience) + " and min_improvement " +
            tinytorch::course::text_of(min_improvement) + " of the losses",
        {floats_of(losses)}, decisions, expected);
}
constexpr double kNoLoss = std::numeric_limits<double>::quiet_NaN();

TEST(EarlyStopping, EndsWhenPatienceDoes) {
  check_stopping(2, 0, {1, 2, 3}, {0, 0, 1});
  check_stopping(1, 0, {1, 1}, {0, 1});
  check_stopping(2, 0, {3, 2, 1, 0}, {0, 0, 0, 0});
}
TEST(EarlyStopping, BeginsAnewWithAnImprovement) { check_stopping(2, 0, {2, 3, 1, 3, 3}, {0, 0, 0, 0, 1}); }
TEST(EarlyStopping, ComparesWithTheBest) { check_stopping(2, 0, {1, 3, 2}, {0, 0, 1}); }
TEST(EarlyStopping, AsksForTheLeastImprovement) {
  check_stopping(2, 0.25, {1, 0.875, 0.75}, {0, 0, 1});
  check_stopping(2, 0.25, {1, 0.875, 0.5}, {0, 0, 0});
}
TEST(EarlyStopping, KeepsTheBestUntilItIsImproved) { check_stopping(2, 0.25, {1, 0.875, 0.6875}, {0, 0, 0}); }
TEST(EarlyStopping, TakesNaNForNoImprovement) {
  check_stopping(2, 0, {1, kNoLoss, kNoLoss}, {0, 0, 1});
  check_stopping(2, 0, {kNoLoss, 1, kNoLoss}, {0, 0, 0});
}
TEST(EarlyStopping, NeverEndsWithoutPatience) { check_stopping(0, 0, {1, 2, 3}, {0, 0, 0}); }

/// A run whose calls are written down: "0.1" for step(0, 1), "v" for validate, "s" for should_stop. Steps
/// have the losses 1, 2, 3, ..., validations 10, 20, 30, ...
class RecordedRun {
 public:
  double last_validation() const { return last_; }
  const std::string& calls() const { return calls_; }

  std::int64_t stop_after = -1;  ///< validations
  std::int64_t bad_step = -1;    ///< whose loss is bad_loss, from 1
  double bad_loss = kNoLoss;
  bool validates = true;

  FitFunctions functions() {
    FitFunctions functions{
        .step = [this](std::int64_t epoch, std::int64_t batch) { return step(epoch, batch); }};
    if (!validates) return functions;
    functions.validate = [this] { return validate(); };
    functions.should_stop = [this](double loss) { return should_stop(loss); };
    return functions;
  }

 private:
  void note(const std::string& call) { calls_ += (calls_.empty() ? "" : " ") + call; }
  double step(std::int64_t epoch, std::int64_t batch) {
    note(std::to_string(epoch) + '.' + std::to_string(batch));
    return ++steps_ == bad_step ? bad_loss : static_cast<double>(steps_);
  }
  double validate() {
    note("v");
    return 10.0 * static_cast<double>(++validations_);
  }
  bool should_stop(double loss) {
    note("s");
    last_ = loss;
    return validations_ == stop_after;
  }

  std::string calls_;
  std::int64_t steps_ = 0, validations_ = 0;
  double last_ = 0;
};

/// Without those of validate and should_stop.
std::string steps_of(const std::string& calls) {
  std::string steps;
  std::istringstream words(calls);
  for (std::string word; words >> word;) {
    if (word != "v" && word != "s") steps += (steps.empty() ? "" : " ") + word;
  }
  return steps;
}
void check_calls(const std::string& call, const std::string& calls, const std::string& expected) {
  EXPECT_TRUE(calls == expected) << call << " calls " << calls << ", expected " << expected;
}

TEST(Fit, TrainsEachBatchOfEachEpoch) {
  RecordedRun run;
  fit(run.functions(), 2, 3);
  check_calls("fit of 2 epochs with 3 batches", steps_of(run.calls()), "0.0 0.1 0.2 1.0 1.1 1.2");
}
TEST(Fit, ValidatesAfterEachEpoch) {
  RecordedRun run;
  fit(run.functions(), 2, 2);
  check_calls("fit of 2 epochs with 2 batches, validation (v) and should_stop (s)", run.calls(),
              "0.0 0.1 v s 1.0 1.1 v s");
  check("the last loss that fit told should_stop, after a validation with the loss", {20},
        run.last_validation(), 20);
}
TEST(Fit, KeepsTheMeanLossOfEachEpoch) {
  RecordedRun run;
  check("history.training of 2 epochs with the losses of steps", {Floats{1, 2, 3}, Floats{4, 5, 6}},
        floats_of(fit(run.functions(), 2, 3).training), Floats{2, 5});
}
TEST(Fit, KeepsTheLossesOfValidation) {
  RecordedRun run;
  check("history.validation of 2 epochs with the losses", {Floats{10, 20}},
        floats_of(fit(run.functions(), 2, 1).validation), Floats{10, 20});
}
TEST(Fit, CountsTheSteps) {
  RecordedRun run;
  check("history.steps of fit with epochs, batches", {2, 3},
        static_cast<double>(fit(run.functions(), 2, 3).steps), 6);
}
TEST(Fit, StopsEarly) {
  RecordedRun run;
  run.stop_after = 2;
  const History history = fit(run.functions(), 4, 1);
  check_calls("fit of 4 epochs that should stop after the second", run.calls(), "0.0 v s 1.0 v s");
  EXPECT_TRUE(history.stopped_early) << "history.stopped_early is false, expected true";
  RecordedRun whole;
  EXPECT_FALSE(fit(whole.functions(), 2, 1).stopped_early)
      << "history.stopped_early is true, expected false: all epochs were made";
}
TEST(Fit, NeedsNoValidation) {
  RecordedRun run;
  run.validates = false;
  const History history = fit(run.functions(), 2, 1);
  check_calls("fit of 2 epochs without validation", run.calls(), "0.0 1.0");
  check("the size of history.validation without validation", {},
        static_cast<double>(history.validation.size()), 0);
  RecordedRun other;
  FitFunctions functions = other.functions();
  functions.should_stop = {};
  fit(functions, 2, 1);
  check_calls("fit of 2 epochs without should_stop", other.calls(), "0.0 v 1.0 v");
}

/// What fit of 2 epochs with 10 batches throws if the loss of step 13 is this one.
void check_bad_loss(double loss) {
  RecordedRun run;
  run.bad_step = 13;
  run.bad_loss = loss;
  const std::string call = "fit whose step 13 has the loss " + tinytorch::course::text_of(loss);
  try {
    fit(run.functions(), 2, 10);
  } catch (const tinytorch::course::Todo&) {
    throw;
  } catch (const std::runtime_error& error) {
    const std::string text = error.what();
    EXPECT_TRUE(text.find("step 13") != std::string::npos)
        << call << " throws \"" << text << "\", expected a text with \"step 13\"";
    EXPECT_TRUE(run.calls().ends_with(" 1.2")) << call << " goes on after it: " << run.calls();
    return;
  }
  FAIL() << call << " returns, expected std::runtime_error";
}
TEST(Fit, RefusesALossThatIsNotFinite) {
  check_bad_loss(kNoLoss);
  check_bad_loss(std::numeric_limits<double>::infinity());
}
TEST(Fit, OfNoEpochsIsEmpty) {
  RecordedRun run;
  const History history = fit(run.functions(), 0, 3);
  check_calls("fit of no epochs", run.calls(), "");
  check("the size of history.training of no epochs", {}, static_cast<double>(history.training.size()), 0);
}
TEST(Fit, RefusesEpochsWithoutBatches) {
  RecordedRun run;
  EXPECT_THROW(fit(run.functions(), 2, 0), std::invalid_argument) << "fit of 2 epochs with 0 batches";
}

/// A directory of its own, which is removed in the end. In isolation only /dev/shm can be written to, unless
/// TMPDIR says otherwise.
class Folder {
 public:
  Folder() {
    std::error_code error;
    for (const fs::path& parent : {fs::temp_directory_path(error), fs::path("/dev/shm")}) {
      std::string name = (parent / "module_11_XXXXXX").string();
      if (mkdtemp(name.data()) == nullptr) continue;
      path_ = name;
      return;
    }
    throw std::runtime_error("no directory can be made: set TMPDIR to one that can be written to");
  }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string file(const std::string& name) const { return (path_ / name).string(); }
  std::size_t files() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(path_), fs::directory_iterator()));
  }

 private:
  fs::path path_;
};

std::string read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}
void write(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

template <class T>
void append(std::string& bytes, const T& value) {
  bytes.append(reinterpret_cast<const char*>(&value), sizeof(value));
}
/// The bytes of a checkpoint file, with the right checksum.
std::string bytes_of(std::int64_t steps, const Floats& parameters, std::uint64_t count) {
  std::string bytes = "TTCKPT01";
  append(bytes, steps);
  append(bytes, count);
  for (const float parameter : parameters) append(bytes, parameter);
  append(bytes, checksum(bytes));
  return bytes;
}
std::string bytes_of(std::int64_t steps, const Floats& parameters) {
  return bytes_of(steps, parameters, parameters.size());
}

void check_bytes(const std::string& call, const std::string& bytes, const std::string& expected) {
  for (std::size_t i = 0; i < std::min(bytes.size(), expected.size()); ++i) {
    if (bytes[i] == expected[i]) continue;
    FAIL() << call << ": byte " << i << " is " << int{static_cast<unsigned char>(bytes[i])} << ", expected "
           << int{static_cast<unsigned char>(expected[i])};
  }
  EXPECT_TRUE(bytes.size() == expected.size())
      << call << " has " << bytes.size() << " bytes, expected " << expected.size();
}

/// Fails unless the call throws std::runtime_error.
template <class F>
void check_refusal(const std::string& call, const F& function) {
  try {
    function();
  } catch (const tinytorch::course::Todo&) {
    throw;
  } catch (const std::runtime_error&) {
    return SUCCEED();
  } catch (const std::exception& error) {
    FAIL() << call << " throws another exception, " << error.what() << ", expected std::runtime_error";
  }
  FAIL() << call << " returns, expected std::runtime_error";
}

/// While one exists, files that are written can have 16 bytes: as on a disk that is full.
class FullDisk {
 public:
  FullDisk() : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{.rlim_cur = 16, .rlim_max = before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FullDisk() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

 private:
  rlimit before_{};
  void (*handler_)(int);
};

TEST(Checkpoint, IsWrittenInTheFormat) {
  const Folder folder;
  save_checkpoint(folder.file("run"), {.steps = 7, .parameters = {1.5F, -2, kNaN}});
  check_bytes("the file of save_checkpoint({7, {1.5, -2, NaN}})", read(folder.file("run")),
              bytes_of(7, {1.5F, -2, kNaN}));
  save_checkpoint(folder.file("empty"), {});
  check_bytes("the file of save_checkpoint({0, {}})", read(folder.file("empty")), bytes_of(0, {}));
}
TEST(Checkpoint, ReplacesTheOldFileAtOnce) {
  const Folder folder;
  write(folder.file("run"), "old");
  fs::create_hard_link(folder.file("run"), folder.file("reader"));  // one that has opened it
  save_checkpoint(folder.file("run"), {.steps = 7, .parameters = {1, 2}});
  check_bytes("the new file of save_checkpoint({7, {1, 2}})", read(folder.file("run")), bytes_of(7, {1, 2}));
  EXPECT_TRUE(read(folder.file("reader")) == "old")
      << "save_checkpoint wrote into the old file, expected that it is replaced when the new one is complete";
}
TEST(Checkpoint, LeavesNoOtherFile) {
  const Folder folder;
  save_checkpoint(folder.file("run"), {.steps = 7, .parameters = {1, 2}});
  check("the number of files after save_checkpoint", {}, static_cast<double>(folder.files()), 1);
}
TEST(Checkpoint, LeavesTheOldFileIfTheDiskIsFull) {
  const Folder folder;
  write(folder.file("run"), "old");
  check_refusal("save_checkpoint to a full disk", [&] {
    const FullDisk full;
    save_checkpoint(folder.file("run"), {.steps = 7, .parameters = {1, 2}});
  });
  check_bytes("the old file after save_checkpoint to a full disk", read(folder.file("run")), "old");
  check("the number of files after save_checkpoint to a full disk", {}, static_cast<double>(folder.files()),
        1);
}
TEST(Checkpoint, SaysThatItCannotWrite) {
  const Folder folder;
  check_refusal("save_checkpoint to a directory that does not exist",
                [&] { save_checkpoint(folder.file("none/run"), {}); });
  fs::create_directory(folder.file("run"));
  check_refusal("save_checkpoint to a path that is a directory",
                [&] { save_checkpoint(folder.file("run"), {}); });
  check("the number of files after save_checkpoint to a path that is a directory", {},
        static_cast<double>(folder.files()), 1);
}

void check_load(std::int64_t steps, const Floats& parameters) {
  const Folder folder;
  write(folder.file("run"), bytes_of(steps, parameters));
  const Checkpoint checkpoint = load_checkpoint(folder.file("run"));
  const std::string file =
      "of a file of load_checkpoint with " + std::to_string(parameters.size()) + " parameters";
  check("the steps " + file, {}, static_cast<double>(checkpoint.steps), static_cast<double>(steps));
  check("the number of parameters " + file, {}, static_cast<double>(checkpoint.parameters.size()),
        static_cast<double>(parameters.size()));
  check("the parameters " + file, {parameters}, checkpoint.parameters, parameters);
}
TEST(Checkpoint, IsReadFromTheFormat) {
  check_load(7, {1.5F, -2, kNaN, kInfinity, 1e-40F});
  check_load(std::int64_t{1} << 40, {});
}

void check_load_refuses(const std::string& file, const std::string& bytes) {
  const Folder folder;
  write(folder.file("run"), bytes);
  check_refusal("load_checkpoint of " + file, [&] { load_checkpoint(folder.file("run")); });
}
TEST(Checkpoint, RefusesAFileThatIsMissing) {
  const Folder folder;
  check_refusal("load_checkpoint of a file that does not exist",
                [&] { load_checkpoint(folder.file("run")); });
  fs::create_directory(folder.file("run"));
  check_refusal("load_checkpoint of a directory", [&] { load_checkpoint(folder.file("run")); });
}
TEST(Checkpoint, RefusesAFileThatIsCutOff) {
  const std::string bytes = bytes_of(7, {1.5F, -2});
  for (std::size_t size = 0; size < bytes.size(); ++size)
    check_load_refuses("the first " + std::to_string(size) + " bytes of a checkpoint", bytes.substr(0, size));
}
TEST(Checkpoint, RefusesAnotherFormat) {
  std::string bytes = bytes_of(7, {1.5F, -2});
  bytes.resize(bytes.size() - 8);
  bytes[7] = '2';
  append(bytes, checksum(bytes));
  check_load_refuses("a file that begins with TTCKPT02", bytes);
}
TEST(Checkpoint, RefusesAnotherNumberOfParameters) {
  const Floats parameters{1.5F, -2};
  for (const std::uint64_t count : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{3}, std::uint64_t{4},
                                    (std::uint64_t{1} << 62) + 2, ~std::uint64_t{0}}) {
    check_load_refuses("a file of 2 parameters that says it has " + std::to_string(count),
                       bytes_of(7, parameters, count));
  }
  std::string longer = bytes_of(7, parameters);
  longer.resize(longer.size() - 8);
  longer += "..";
  append(longer, checksum(longer));
  check_load_refuses("a file with 2 bytes too many", longer);
}
TEST(Checkpoint, RefusesADamagedFile) {
  const std::string bytes = bytes_of(7, {1.5F, -2});
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::string damaged = bytes;
    damaged[i] = static_cast<char>(damaged[i] ^ 4);
    check_load_refuses("a checkpoint whose byte " + std::to_string(i) + " was changed", damaged);
  }
}

}  // namespace
}  // namespace training
