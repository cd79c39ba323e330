// Drills of whole training runs: killed at random moments, on a full disk, in a directory that is read-only,
// without memory. What was saved is whole, and the run that goes on ends as one that was not disturbed.
#include <gtest/gtest.h>

#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "core/allocator.h"
#include "core/error.h"
#include "core/random.h"
#include "nn/convolution.h"
#include "nn/flatten.h"
#include "nn/pooling.h"
#include "tests/support/drill.h"
#include "tests/support/failures.h"
#include "tests/support/file_test.h"
#include "tests/train/trained.h"

namespace tinytorch::testing {
namespace {

namespace fs = std::filesystem;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kIsSanitized = true;
#else
constexpr bool kIsSanitized = false;
#endif

/// The checkpoint at the end of a run that nothing disturbs.
nn::Checkpoint undisturbed() {
  manual_seed(5);
  Trained run("");
  run.fit();
  return run.checkpoint();
}

// -- killed

constexpr const char* kDirectory = "TINYTORCH_DRILL_DIRECTORY";  // tells the other process where to save

/// The process that is killed: goes on with the checkpoints in the directory, to the end.
TEST(KilledProcess, DISABLED_TrainsFromItsLastCheckpoint) {
  const char* const directory = std::getenv(kDirectory);
  ASSERT_NE(directory, nullptr);
  manual_seed(5);
  Trained run(directory);
  run.trainer.resume(run.loader);
  EXPECT_EQ(run.fit().state.steps, 20);
}

class TrainingProcess {
 public:
  explicit TrainingProcess(const std::string& directory) {
    std::vector<std::string> words{fs::read_symlink("/proc/self/exe"),
                                   "--backend",
                                   name(backend().type),
                                   "--gtest_also_run_disabled_tests",
                                   "--gtest_brief=1",
                                   "--gtest_filter=KilledProcess.DISABLED_TrainsFromItsLastCheckpoint"};
    std::vector<char*> arguments, variables;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    std::string variable = std::string(kDirectory) + "=" + directory;
    variables.push_back(variable.data());
    for (char** each = environ; *each != nullptr; ++each) {
      // The report of this program is not the other's.
      if (!std::string_view(*each).starts_with("GTEST_")) variables.push_back(*each);
    }
    variables.push_back(nullptr);
    const int error =
        posix_spawn(&id_, words[0].c_str(), nullptr, nullptr, arguments.data(), variables.data());
    if (error != 0) throw std::system_error(error, std::generic_category(), words[0]);
  }
  TrainingProcess(const TrainingProcess&) = delete;
  TrainingProcess& operator=(const TrainingProcess&) = delete;
  ~TrainingProcess() {
    if (id_ > 0) kill_now();
  }

  /// @return  the exit code, or -1 after a signal
  int wait() {
    int status = 0;
    waitpid(id_, &status, 0);
    id_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  /// Kills it. @return  false if it had ended
  bool kill_now() {
    kill(id_, SIGKILL);
    const int code = wait();
    EXPECT_TRUE(code == -1 || code == 0) << code;
    return code == -1;
  }

 private:
  pid_t id_ = 0;
};

/// Reads all checkpoints of a directory, which throws if one is not whole. @return  how many there are
int read_checkpoints(const std::string& directory) {
  int count = 0;
  if (!fs::exists(directory)) return count;
  for (const auto& entry : fs::directory_iterator(directory)) {
    if (entry.path().extension() != ".safetensors") continue;  // an unfinished file has another name
    nn::load_checkpoint(entry.path());
    ++count;
  }
  return count;
}

using DrillKills = FileTest;

TEST_F(DrillKills, LeaveWholeCheckpointsOfTheSameRun) {
  const int kills = is_long_drill() || !kIsSanitized ? 50 : 8;
  const nn::Checkpoint expected = undisturbed();
  const auto expect_end_in = [&](const std::string& directory) {
    expect_same_run(nn::load_checkpoint(nn::latest_checkpoint(directory)), expected);
  };
  const auto start = std::chrono::steady_clock::now();
  ASSERT_EQ(TrainingProcess(path("timed")).wait(), 0);
  const std::chrono::duration<double> whole = std::chrono::steady_clock::now() - start;
  expect_end_in(path("timed"));

  std::mt19937_64 random(1);
  std::uniform_real_distribution<double> moment(0, 1.1);
  int killed = 0, ended = 0, read = 0;
  while (killed < kills && !HasFailure()) {
    TrainingProcess process(path("run"));
    std::this_thread::sleep_for(whole * moment(random));
    const bool was_killed = process.kill_now();
    read += read_checkpoints(path("run"));
    if (was_killed) {
      ++killed;
    } else {
      ++ended;
      expect_end_in(path("run"));
      fs::remove_all(path("run"));
    }
  }
  ASSERT_EQ(TrainingProcess(path("run")).wait(), 0);
  expect_end_in(path("run"));
  EXPECT_GT(read, 0);
  std::cout << killed << " kills, " << read << " checkpoints read, " << ended + 1 << " runs to the end\n";
}

// -- no room

/// Calls a function after a step.
class AfterStep : public nn::Callback {
 public:
  AfterStep(std::int64_t step, std::function<void()> call) : step_(step), call_(std::move(call)) {}
  void on_step(const nn::TrainingState& state) override {
    if (state.steps == step_) call_();
  }

 private:
  std::int64_t step_;
  std::function<void()> call_;
};

/// While it exists, files cannot become longer than some bytes, as on a disk that is almost full.
class FullDisk {
 public:
  FullDisk() : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{1000, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FullDisk() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

 private:
  void (*handler_)(int);
  rlimit before_{};
};

/// While it exists, this process may not write in a directory. Root may write everywhere, so it is nobody.
class ReadOnlyDirectory {
 public:
  explicit ReadOnlyDirectory(fs::path directory) : directory_(std::move(directory)), user_(geteuid()) {
    fs::permissions(directory_.parent_path(), fs::perms(0755));
    fs::permissions(directory_, fs::perms(0555));
    if (user_ == 0) {
      EXPECT_EQ(seteuid(kNobody), 0);
    }
  }
  ~ReadOnlyDirectory() {
    EXPECT_EQ(seteuid(user_), 0);
    fs::permissions(directory_, fs::perms(0755));
  }
  ReadOnlyDirectory(const ReadOnlyDirectory&) = delete;
  ReadOnlyDirectory& operator=(const ReadOnlyDirectory&) = delete;

 private:
  static constexpr uid_t kNobody = 65534;
  fs::path directory_;
  uid_t user_;
};

using DrillNoRoom = FileTest;

/// Trains where a Failure begins after a step, and goes on after it has ended.
template <class Failure, class... Arguments>
void drill_no_room(const std::string& directory, std::int64_t step, const Arguments&... arguments) {
  SCOPED_TRACE(step);
  const nn::Checkpoint expected = undisturbed();
  manual_seed(5);
  Trained run(directory);
  std::optional<Failure> failure;
  AfterStep begins(step, [&] { failure.emplace(arguments...); });
  run.trainer.add(begins);
  EXPECT_THROW(run.fit(), IoError);
  failure.reset();
  EXPECT_GT(read_checkpoints(directory), 0);
  for (const auto& entry : fs::directory_iterator(directory))
    EXPECT_EQ(entry.path().extension(), ".safetensors");
  EXPECT_EQ(run.checkpoint().steps, step);
  run.fit();
  expect_same_run(run.checkpoint(), expected);
}

// A checkpoint follows step 6; step 8 ends an epoch, with a validation and the best checkpoint.
TEST_F(DrillNoRoom, OnAFullDisk) {
  for (const std::int64_t step : {6, 8}) drill_no_room<FullDisk>(path("run" + std::to_string(step)), step);
}

TEST_F(DrillNoRoom, InAReadOnlyDirectory) {
  for (const std::int64_t step : {6, 8}) {
    const std::string directory = path("run" + std::to_string(step));
    drill_no_room<ReadOnlyDirectory>(directory, step, directory);
  }
}

// -- no memory

/// The state of an undisturbed run after each of its steps, from 0.
std::vector<nn::Checkpoint> all_steps() {
  manual_seed(5);
  Trained run("");
  std::vector<nn::Checkpoint> states{run.checkpoint()};
  class Recorder : public nn::Callback {
   public:
    explicit Recorder(std::function<void()> call) : call_(std::move(call)) {}
    void on_step(const nn::TrainingState&) override { call_(); }

   private:
    std::function<void()> call_;
  } recorder([&] { states.push_back(run.checkpoint()); });
  run.trainer.add(recorder);
  run.fit();
  states.back() = run.checkpoint();  // with the last validation
  return states;
}

/// A run whose k-th allocation fails. @return  whether there was a k-th
bool drill_allocation(std::uint64_t k, const std::vector<nn::Checkpoint>& states) {
  SCOPED_TRACE("allocation " + std::to_string(k));
  manual_seed(5);
  Trained run("");
  fail_allocation(k);
  bool failed = false;
  try {
    run.fit();
  } catch (const MemoryError&) {
    failed = true;
  }
  fail_allocation(0);
  if (!failed) return false;
  const nn::Checkpoint now = run.checkpoint();
  const nn::Checkpoint& expected = states.at(static_cast<std::size_t>(now.steps));
  for (const auto& [name, parameter] : run.model.named_parameters())
    EXPECT_TENSOR_EQ(now.model.at(name), expected.model.at(name)) << name;
  for (std::size_t i = 0; i < now.averages.size(); ++i)
    EXPECT_TENSOR_EQ(now.averages[i], expected.averages[i]) << "average " << i;
  EXPECT_EQ(now.optimizer.learning_rates, expected.optimizer.learning_rates);
  // Dropout and batch norm had gone on in the step that failed.
  nn::Checkpoint last = expected;
  last.best = now.best;
  run.trainer.load(last, run.loader);
  run.fit();
  nn::Checkpoint end = run.checkpoint();
  end.best = states.back().best;  // a validation that failed is not made up for
  expect_same_run(end, states.back());
  return true;
}

TEST(DrillAllocations, OfARun) {
  const std::vector<nn::Checkpoint> states = all_steps();
  const std::size_t in_use = memory_stats(backend()).in_use;
  const std::uint64_t before = allocations();
  {
    manual_seed(5);
    Trained("").fit();
  }
  const std::uint64_t n = allocations() - before;
  const std::uint64_t runs = is_long_drill() ? 500 : kShortDrill;
  int failed = 0;
  for (std::uint64_t i = 0; i < runs && !::testing::Test::HasFailure(); ++i) {
    if (drill_allocation(1 + i * n / runs, states)) ++failed;
    EXPECT_EQ(memory_stats(backend()).in_use, in_use) << "memory leaks";
  }
  EXPECT_GE(failed, static_cast<int>(runs * 9 / 10));  // some belong to what the constructor makes
  std::cout << failed << " of " << n << " allocations failed\n";
}

// -- no growth

/// The memory of this process, in bytes.
std::int64_t resident_memory() {
  std::ifstream file("/proc/self/statm");
  std::int64_t total = 0, resident = 0;
  file >> total >> resident;
  return resident * sysconf(_SC_PAGESIZE);
}

TEST(DrillMemory, DoesNotGrowWithTheStepsOfACnn) {
  if (kIsSanitized) GTEST_SKIP() << "sanitizers keep memory that was freed";
  const std::int64_t steps = is_long_drill() ? 10000 : 100 + scaled(1000);
  Generator generator(1);
  nn::Sequential model{nn::Conv2D(1, 8, 3, {.padding = 1}),
                       nn::BatchNorm2D(8),
                       nn::ReLU(),
                       nn::MaxPool2D(2),
                       nn::Flatten(),
                       nn::Dropout(0.1),
                       nn::Dense(8 * 7 * 7, 10, {.generator = &generator})};
  model.to(backend());
  nn::AdamW optimizer(model.parameters());
  const nn::CrossEntropyLoss criterion;
  const auto data = std::make_shared<nn::TensorDataset>(
      std::vector{randn({64, 1, 14, 14}, {}, generator), randint(0, 10, {64}, {}, generator)});
  nn::DataLoader loader(data, {.batch_size = 16, .shuffle = true, .workers = 1, .device = backend()});
  std::int64_t after_100 = 0;
  std::int64_t step = 0;
  while (step < steps) {
    for (const nn::Batch& batch : loader) {
      const Variable loss = criterion(model(Variable(batch[0])), batch[1]);
      optimizer.zero_grad();
      loss.backward();
      optimizer.step();
      if (++step == 100) after_100 = resident_memory();
    }
  }
  const std::int64_t growth = resident_memory() - after_100;
  EXPECT_LE(growth, 1 << 20);
  std::cout << steps << " steps, memory after 100 of them " << after_100 / 1024 << " KiB, growth "
            << growth / 1024 << " KiB\n";
}

}  // namespace
}  // namespace tinytorch::testing
