#pragma once

#include <filesystem>
#include <string>

namespace tinytorch::testing {

struct ProgramRun {
  int exit_code = 0;   // -1 if a signal ended it
  std::string output;  // standard output and standard error, as they came
};

/// Runs a command of the shell to its end.
ProgramRun run_program(const std::string& command);

/// The build folder that this test program lies in, with tito in it and the examples below it.
std::filesystem::path build_folder();

}  // namespace tinytorch::testing
