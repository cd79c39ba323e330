#pragma once

#include "tests/support/program.h"
#include "tests/support/temporary_folder.h"

#include <filesystem>
#include <string>

namespace tinytorch::testing {

/// A build folder with the real tito and fake programs.
class FakeBuild {
 public:
  FakeBuild();

  /// Adds an example: the shell script `body`.
  void add_example(const std::string& name, const std::string& body, const std::string& description = "");

  /// Adds a test suite: the shell script `body`. `backends` is `each` or `once`, as in programs.txt;
  /// with "\tlong" behind it, the suite runs in shards.
  void add_suite(const std::string& name, const std::string& body, const std::string& backends = "each");

  /// Adds one of libFuzzer's programs, whose seeds are in /seeds: the shell script `body`.
  void add_fuzzer(const std::string& name, const std::string& body);

  /// Adds a program behind a command of tito: the shell script `body`.
  void add_tool(const std::string& name, const std::string& body);

  /// The folder of tito and all programs.
  const std::filesystem::path& path() const { return folder_.path(); }

  ProgramRun tito(const std::string& arguments) const;

 private:
  void add_program(const std::string& kind, const std::string& name, const std::string& body,
                   const std::string& note);

  TemporaryFolder folder_;
};

/// The body of a suite that writes GoogleTest's report and log of this number of tests, and exits with its
/// code.
std::string reporting_suite(int passed, int failed);

}  // namespace tinytorch::testing
