#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "modules/cli/process.h"

namespace tito {

/// The result of one run of a test program. A program that did not end as it should is itself a failure.
struct TestResult {
  int passed = 0;
  int skipped = 0;
  std::vector<std::string> failed;  ///< names of tests
  std::string broken;               ///< how the program itself failed; empty if it did not

  int failures() const { return static_cast<int>(failed.size()) + (broken.empty() ? 0 : 1); }
};

/// Reads GoogleTest's JSON report and judges how the program ended. A run of no tests is no failure here: a
/// filter or a shard may leave none.
/// @param title  the program in messages
TestResult read_result(const std::string& title, const Ending& ending, const std::filesystem::path& report,
                       const std::filesystem::path& log);

/// Prints the last lines of a log.
void print_end_of(const std::filesystem::path& log);

/// Prints the output of each failed test, or the end of the log of a program that failed itself.
void print_failures(const TestResult& result, const std::filesystem::path& log);

}  // namespace tito
