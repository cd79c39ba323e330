// Drills: tests that search for failures at random or everywhere, as long as they are given.
#include "modules/cli/commands.h"
#include "modules/cli/process.h"
#include "modules/cli/programs.h"
#include "modules/cli/test_result.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <mutex>
#include <thread>
#include <vector>

namespace tito {
namespace {

namespace fs = std::filesystem;

/// The time of each fuzzer, in seconds.
std::string limit_of(const DrillOptions& options) {
  return options.is_long ? "-max_total_time=300" : "-max_total_time=20";
}

/// Runs one of libFuzzer's programs. Inputs that reach new branches are kept in the build folder for later
/// runs.
/// @return whether it found no failure
bool run_fuzzer(const Program& fuzzer, const DrillOptions& options) {
  const fs::path results = build_folder() / "test-results",
                 inputs = build_folder() / "fuzzer-inputs" / fuzzer.name;
  fs::create_directories(results);
  fs::create_directories(inputs);
  const fs::path log = results / (fuzzer.name + ".log");
  const auto start = std::chrono::steady_clock::now();
  const Ending ending = run_logged(
      fuzzer.path,
      {inputs.string(), fuzzer.description, limit_of(options), "-seed=1", "-max_len=4096", "-timeout=60",
       "-close_fd_mask=3", "-artifact_prefix=" + (results / (fuzzer.name + ".")).string()},
      log, {.environment = {"TINYTORCH_ALLOCATOR_CACHE=0"}, .time_out = {}});
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  const bool passed = ending.exit_code == 0 && ending.signal == 0;
  static std::mutex output;
  const std::lock_guard lock(output);
  fmt::print("{:<28}{} ({:.1f} s)\n", fuzzer.name, passed ? "passed" : "FAILED with " + describe(ending),
             seconds.count());
  if (!passed) print_end_of(log);
  std::fflush(stdout);
  return passed;
}

/// Runs all of them, as many at a time as there are processors. @return whether they found no failure
bool run_fuzzers(const std::vector<Program>& fuzzers, const DrillOptions& options) {
  const FolderLock lock(build_folder());
  std::atomic<std::size_t> next = 0;
  std::vector<std::future<bool>> workers;
  for (unsigned i = 0; i < std::max(1U, std::thread::hardware_concurrency()); ++i) {
    workers.push_back(std::async(std::launch::async, [&] {
      bool passed = true;
      for (std::size_t j = next++; j < fuzzers.size(); j = next++)
        passed = run_fuzzer(fuzzers[j], options) && passed;
      return passed;
    }));
  }
  return std::ranges::count_if(workers, [](std::future<bool>& worker) { return !worker.get(); }) == 0;
}

}  // namespace

int run_drills(const DrillOptions& options) {
  if (options.is_long) setenv("TINYTORCH_DRILL", "long", /*overwrite=*/1);
  const std::vector<Program> fuzzers = read_programs(build_folder()).fuzzers;
  if (fuzzers.empty()) {
    fmt::print("this build has no fuzzers; they need clang: CXX=clang++ TITO_PRESET=asan ./tito drill\n");
    if (options.only_fuzzers) return kUsageError;
  }
  const bool passed = run_fuzzers(fuzzers, options);
  if (!options.only_fuzzers) {
    const int suites = run_tests({.backend = options.backend, .pattern = "Drill*:*/Drill*"});
    if (suites != EXIT_SUCCESS) return suites;
  }
  return passed ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace tito
