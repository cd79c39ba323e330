#pragma once

#include "tests/support/program.h"

#include <filesystem>
#include <string>

namespace tinytorch::testing {

/// A folder that is removed with everything in it at the end of a test.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

  /// Writes an executable shell script, and the folders above it.
  void add_script(const std::string& name, const std::string& body) const;

 private:
  std::filesystem::path path_;
};

/// A build folder with the real tito and made-up programs for it to start.
class FakeBuild {
 public:
  FakeBuild();

  /// An example that is the shell script `body`.
  void add_example(const std::string& name, const std::string& body, const std::string& description = "");

  /// A test suite that is the shell script `body`; `backends` is `each` or `once`, as in programs.txt.
  void add_suite(const std::string& name, const std::string& body, const std::string& backends = "each");

  /// Where tito and all the programs lie.
  const std::filesystem::path& path() const { return folder_.path(); }

  ProgramRun tito(const std::string& arguments) const;

 private:
  void add_program(const std::string& kind, const std::string& name, const std::string& body,
                   const std::string& note);

  TemporaryFolder folder_;
};

/// The body of a suite that reports these tests as GoogleTest does, and ends as GoogleTest would.
std::string reporting_suite(int passed, int failed);

}  // namespace tinytorch::testing
