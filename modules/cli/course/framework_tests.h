#pragma once

#include <string>
#include <vector>

#include "modules/cli/course/course.h"
#include "modules/cli/course/exports.h"
#include "modules/cli/test_result.h"

// The framework's own tests, on a student's code.
namespace tito {

/// A test program of this build, and which of its tests run.
struct FrameworkTests {
  std::string program;  ///< test_conformance or test_modules
  std::string filter;   ///< GoogleTest's
  std::string backend;  ///< cpu or cuda
};

/// GoogleTest's filter of the rows of the op table that call these kernel slots.
/// @param folder  for files in between
/// @throws std::runtime_error  the op table has no such slot
std::string rows_of(const std::vector<std::string>& slots, const std::filesystem::path& folder);

/// The result, and the log with the output of the tests.
struct FrameworkResult {
  TestResult result;
  std::filesystem::path log;
};

/// Runs the tests in a process of its own, isolated, on these exports.
/// @param folder  which the process can write to
/// @throws std::runtime_error  this build does not have the program
FrameworkResult run_framework_tests(const CourseTools& tools, const FrameworkTests& tests,
                                    const std::vector<Export>& exports, const std::filesystem::path& folder);

}  // namespace tito
