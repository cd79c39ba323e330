#pragma once

#include <string>

namespace examples {

/// What a shell command printed, on standard output and standard error.
struct CommandResult {
  bool succeeded = false;
  std::string output;

  /// Without the end of the line; of an error it is the one that says why.
  std::string last_line() const;
};

CommandResult run_command(const std::string& command);

}  // namespace examples
