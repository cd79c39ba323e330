#include "modules/cli/commands.h"
#include "modules/cli/devices.h"
#include "modules/cli/process.h"
#include "modules/cli/programs.h"
#include "modules/cli/test_result.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <map>
#include <mutex>
#include <thread>

namespace tito {
namespace {

/// One run of a test program: on one backend, all its tests or one shard of them.
struct Task {
  Program suite;
  std::string backend;
  unsigned shard = 0, shards = 1;

  /// The suite on its backend, whichever the shard.
  std::string suite_title() const {
    return suite.takes_backend() ? fmt::format("{} ({})", suite.name, backend) : suite.name;
  }
  std::string title() const {
    return shards > 1 ? fmt::format("{} {}/{}", suite_title(), shard + 1, shards) : suite_title();
  }
  std::string file_name() const {
    return fmt::format("{}.{}{}", suite.name, backend, shards > 1 ? fmt::format(".{}", shard + 1) : "");
  }
};

/// Matches a word anywhere in a test's name. GoogleTest's own patterns are passed unchanged.
std::string filter_for(const std::string& pattern) {
  return pattern.find_first_of("*?:-") == std::string::npos ? "*" + pattern + "*" : pattern;
}

class TestRun {
 public:
  TestRun(std::vector<Task> tasks, std::string pattern)
      : tasks_(std::move(tasks)), pattern_(std::move(pattern)) {}

  /// Runs all tasks, so many at a time, and prints each as it ends.
  void run(unsigned jobs) {
    std::vector<std::jthread> workers;
    for (unsigned i = 0; i < jobs && i < tasks_.size(); ++i) workers.emplace_back([this] { work(); });
    workers.clear();
    if (error_) std::rethrow_exception(error_);
    // A filter may leave a suite without tests.
    for (const auto& [title, tests] : tests_of_) {
      if (tests > 0 || !pattern_.empty()) continue;
      ++failed_;
      failures_.push_back(fmt::format("{} has no tests", title));
    }
  }

  int passed() const { return passed_; }
  int failed() const { return failed_; }
  int skipped() const { return skipped_; }
  const std::vector<std::string>& failures() const { return failures_; }

 private:
  void work() {
    try {
      for (std::size_t i = next_++; i < tasks_.size(); i = next_++) run_task(tasks_[i]);
    } catch (...) {
      const std::lock_guard lock(mutex_);
      error_ = std::current_exception();
      next_ = tasks_.size();
    }
  }

  void run_task(const Task& task) {
    const std::filesystem::path log = folder_ / (task.file_name() + ".log"),
                                report = folder_ / (task.file_name() + ".json");
    std::filesystem::remove(report);
    std::vector<std::string> arguments{"--gtest_color=no", "--gtest_output=json:" + report.string()};
    if (task.suite.takes_backend()) arguments.push_back("--backend=" + task.backend);
    if (!pattern_.empty()) arguments.push_back("--gtest_filter=" + filter_for(pattern_));
    RunOptions options;
    if (task.shards > 1) {
      options.environment = {fmt::format("GTEST_TOTAL_SHARDS={}", task.shards),
                             fmt::format("GTEST_SHARD_INDEX={}", task.shard)};
    }
    // Programs share the processors: a thread that waits for work must not spin.
    if (std::getenv("OMP_WAIT_POLICY") == nullptr)
      options.environment.emplace_back("OMP_WAIT_POLICY=passive");

    const auto start = std::chrono::steady_clock::now();
    const Ending ending = run_logged(task.suite.path, arguments, log, options);
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    add(task, read_result(task.title(), ending, report, log), seconds.count(), log);
  }

  void add(const Task& task, const TestResult& result, double seconds, const std::filesystem::path& log) {
    const std::lock_guard lock(mutex_);
    passed_ += result.passed;
    skipped_ += result.skipped;
    failed_ += result.failures();
    tests_of_[task.suite_title()] += result.passed + result.skipped + result.failures();
    for (const std::string& test : result.failed)
      failures_.push_back(fmt::format("{} in {} --backend {}", test, task.suite.name, task.backend));
    if (!result.broken.empty()) failures_.push_back(result.broken);
    fmt::print("{:<28}{} passed, {} failed{} ({:.1f} s)\n", task.title(), result.passed, result.failures(),
               result.skipped ? fmt::format(", {} skipped", result.skipped) : "", seconds);
    print_failures(result, log);
    std::fflush(stdout);
  }

  const std::vector<Task> tasks_;
  const std::string pattern_;
  const std::filesystem::path folder_ = build_folder() / "test-results";
  const FolderLock lock_{folder_};
  std::atomic<std::size_t> next_ = 0;

  std::mutex mutex_;  // of what follows, and of standard output
  int passed_ = 0, failed_ = 0, skipped_ = 0;
  std::map<std::string, int> tests_of_;  // by suite_title()
  std::vector<std::string> failures_;
  std::exception_ptr error_;
};

/// The backends to run on; says which they are, and which are skipped and why.
std::vector<Backend> choose_backends(const std::string& wanted) {
  std::vector<Backend> backends;
  for (const Backend& backend : read_devices().backends) {
    if (wanted != "all" && wanted != backend.name) continue;
    fmt::print("{}{}: {}\n", backend.name, backend.available ? "" : " skipped", backend.text);
    if (backend.available) backends.push_back(backend);
  }
  return backends;
}

/// If the pattern is the name of a program, test_core or core, selects that program with all its tests.
void choose_suite(std::vector<Program>& suites, std::string& pattern) {
  const auto is_named = [&](const Program& suite) {
    return suite.name == pattern || suite.name == "test_" + pattern;
  };
  const auto named = std::find_if(suites.begin(), suites.end(), is_named);
  if (named == suites.end()) return;
  suites = {*named};
  pattern.clear();
}

/// The longest suites first and in shards, so that no processor is idle at the end.
std::vector<Task> make_tasks(const std::vector<Program>& suites, const std::vector<Backend>& backends,
                             unsigned jobs, bool all_tests) {
  std::vector<Task> tasks;
  for (const Program& suite : suites) {
    // Of a suite that takes a backend half as many as jobs: it runs on the other backends at the same time,
    // and tests of a shard share what they compute.
    const unsigned most = suite.takes_backend() ? (jobs + 1) / 2 : jobs;
    const unsigned shards = suite.is_long && all_tests ? most : 1;
    for (const Backend& backend : backends) {
      if (!suite.runs_on(backend.name)) continue;
      for (unsigned i = 0; i < shards; ++i) tasks.push_back({suite, backend.name, i, shards});
    }
  }
  std::stable_partition(tasks.begin(), tasks.end(), [](const Task& task) { return task.suite.is_long; });
  return tasks;
}

/// As many as there are processors, but one where a GPU takes part: tests of its memory want it for
/// themselves.
unsigned default_jobs(const std::vector<Backend>& backends) {
  const bool gpu = std::any_of(backends.begin(), backends.end(), [](const Backend& backend) {
    return backend.name != "cpu" && !backend.emulated;
  });
  return gpu ? 1 : std::max(1U, std::thread::hardware_concurrency());
}

}  // namespace

int run_tests(const TestOptions& options) {
  std::vector<Program> suites = read_programs(build_folder()).suites;
  std::string pattern = options.pattern;
  choose_suite(suites, pattern);
  const std::vector<Backend> backends = choose_backends(options.backend);
  if (backends.empty()) {
    fmt::print(stderr, "tito: backend {} is not available\n", options.backend);
    return kUsageError;
  }
  std::fflush(stdout);

  const unsigned jobs = options.jobs > 0 ? options.jobs : default_jobs(backends);
  TestRun run(make_tasks(suites, backends, jobs, pattern.empty()), pattern);
  run.run(jobs);

  for (const std::string& failure : run.failures()) fmt::print("FAILED: {}\n", failure);
  if (run.skipped() > 0) fmt::print("{} skipped\n", run.skipped());
  if (run.passed() + run.failed() == 0) {
    fmt::print("FAILED: no test {}\n",
               options.pattern.empty() ? "ran" : fmt::format("matches '{}'", options.pattern));
  }
  fmt::print("{} passed, {} failed\n", run.passed(), run.failed());
  return run.failed() == 0 && run.passed() > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace tito
