#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

/// tito's commands. Each prints what it has to say and returns the program's exit code.
namespace tito {

inline constexpr int kUsageError = 2;

/// Becomes the example: its output, its arguments, its exit code.
int run_example(const std::string& name, const std::vector<std::string>& arguments);

/// Prints the op table: what of each op is there and tested. Fails where something lacks.
int show_ops();

struct TestOptions {
  std::string backend = "all";
  std::string pattern;
};

/// Runs every test program on every backend that was asked for, and counts.
int run_tests(const TestOptions& options);

struct MutateOptions {
  std::string kernel;              // the file to take; all of them if it is empty
  std::optional<unsigned> sample;  // takes one file, by this number
  bool list = false;               // only prints what could be left out
  std::vector<std::string> stages{"emulated", "asan", "tsan"};
  std::chrono::seconds time_out{120};  // of a test program; one that takes longer has noticed
};

/// Leaves out the barriers, bounds checks and waits of the CUDA kernels, one at a time, and says which the
/// tests do not miss. Fails if there are any.
int mutate_kernels(const MutateOptions& options);

/// Prints the examples and the test suites.
int list_programs();

/// Prints what of this machine matters to TinyTorch.
int show_system();

/// The same as a list of checks, each with what to do about it. Fails when the CPU build cannot work.
int check_system();

}  // namespace tito
