// Mutation testing of the course: a wrong change of what checks and grades students' code must make a test
// fail.
#include "modules/cli/commands.h"
#include "modules/cli/process.h"
#include "modules/cli/programs.h"
#include "modules/cli/source_mutants.h"

#include <fmt/format.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <set>
#include <string>
#include <vector>

namespace tito {
namespace {

namespace fs = std::filesystem;

volatile std::sig_atomic_t interrupted = 0;

/// From now on these signals end the run after the program that runs, and not before the mutant is undone.
void defer_interruptions() {
  struct sigaction action {};
  action.sa_handler = [](int /*signal*/) { interrupted = 1; };
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaction(signal, &action, nullptr);
}

class CourseMutation {
 public:
  CourseMutation(const fs::path& root, const MutateOptions& options)
      : root_(root), logs_(build_folder() / "mutants"), time_out_(options.time_out), lock_(logs_) {}

  /// Whether the tests pass without a mutant. Tests that fail anyway notice none.
  bool baseline_passes(const std::vector<SourceMutant>& mutants) const {
    std::set<std::string> tests;
    for (const SourceMutant& mutant : mutants) tests.insert(mutant.tests);
    if (!builds("baseline")) return fails("it does not compile");
    for (const std::string& each : tests) {
      const Ending ending = run(each, "baseline");
      if (!passed(ending) || interrupted != 0)
        return fails(fmt::format("{} fails: {}", each, describe(ending)));
    }
    fmt::print("baseline: the tests pass\n");
    std::fflush(stdout);
    return true;
  }

  void test(const SourceMutant& mutant) {
    const auto start = std::chrono::steady_clock::now();
    const std::string result = judge(mutant);
    if (interrupted != 0) return;
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    ++results_[result == kCaught ? 0 : 1];
    fmt::print("{:<16} {}: {}  ({}, {:.1f} s)\n", result, mutant.file, mutant.what, mutant.tests,
               seconds.count());
    std::fflush(stdout);
  }

  /// Builds what the mutants left.
  /// @return the exit code
  int finish() const {
    const bool restored = builds("restored");
    fmt::print("{} mutants: {} caught{}{}\n", results_[0] + results_[1], results_[0],
               results_[1] > 0 ? fmt::format(", {} not", results_[1]) : "",
               interrupted != 0 ? "; interrupted" : "");
    return restored && results_[1] == 0 && interrupted == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
  }

 private:
  static constexpr const char* kCaught = "caught";

  std::string judge(const SourceMutant& mutant) const {
    const MutatedFile mutated(root_, mutant);
    if (!builds("mutant")) return "does not compile";
    return passed(run(mutant.tests, "mutant")) ? "SURVIVED" : kCaught;
  }

  /// @return false
  bool fails(const std::string& why) const {
    fmt::print("baseline: {}; see {}\n", interrupted != 0 ? "interrupted" : why, log_of("baseline").string());
    return false;
  }

  static bool passed(const Ending& ending) {
    return ending.exit_code == 0 && ending.signal == 0 && !ending.timed_out;
  }

  fs::path log_of(const std::string& name) const { return logs_ / (name + ".log"); }

  /// Builds the tests and the programs that they start.
  bool builds(const std::string& log) const {
    return passed(run_logged("/usr/bin/env",
                             {"cmake", "--build", build_folder().string(), "--target", "test_course"},
                             log_of(log)));
  }

  Ending run(const std::string& tests, const std::string& log) const {
    return run_logged(build_folder() / "tests" / "test_course",
                      {"--gtest_filter=" + tests, "--gtest_fail_fast", "--gtest_color=no"}, log_of(log),
                      {.time_out = time_out_});
  }

  fs::path root_, logs_;
  std::chrono::seconds time_out_;
  FolderLock lock_;
  int results_[2] = {0, 0};  // caught, and not
};

}  // namespace

int mutate_course(const MutateOptions& options) {
  const fs::path root = build_folder().parent_path().parent_path();
  const std::vector<SourceMutant> mutants =
      read_source_mutants(root / "tests" / "course" / "mutants.json", root);
  if (options.list) {
    for (const SourceMutant& mutant : mutants)
      fmt::print("{}: {}  ({})\n", mutant.file, mutant.what, mutant.tests);
    return EXIT_SUCCESS;
  }
  defer_interruptions();
  CourseMutation mutation(root, options);
  if (!mutation.baseline_passes(mutants)) return EXIT_FAILURE;
  for (const SourceMutant& mutant : mutants) {
    if (interrupted == 0) mutation.test(mutant);
  }
  return mutation.finish();
}

}  // namespace tito
