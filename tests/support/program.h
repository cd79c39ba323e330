#pragma once

#include <filesystem>
#include <string>

namespace tinytorch::testing {

struct ProgramRun {
  int exit_code = 0;   ///< -1 if a signal terminated the program
  std::string output;  ///< standard output and standard error, interleaved
};

/// Runs a shell command and waits for its end.
ProgramRun run_program(const std::string& command);

/// Runs a Python script.
ProgramRun run_python(const std::string& script);
/// Whether Python is installed, and has a module.
bool has_python_module(const std::string& name);

/// The build folder of this test program. It contains tito, and the examples in subfolders.
std::filesystem::path build_folder();

}  // namespace tinytorch::testing
