#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace tito {

/// How a program ended: by itself with a code, or by a signal.
struct Ending {
  int exit_code = 0;
  int signal = 0;
  bool timed_out = false;
};

/// "exit code 3", "signal SIGSEGV (Segmentation fault)" or "time-out".
std::string describe(const Ending& ending);

struct RunOptions {
  std::vector<std::string> environment;          // NAME=VALUE, in place of what the caller has
  std::optional<std::chrono::seconds> time_out;  // then it is killed
};

/// Runs a program to its end, with both of its output streams written to `log`.
/// @throws std::system_error  it cannot be started
Ending run_logged(const std::filesystem::path& program, const std::vector<std::string>& arguments,
                  const std::filesystem::path& log, const RunOptions& options = {});

/// The first line that a shell command prints; nothing if it fails or prints nothing.
std::optional<std::string> first_line_of(const std::string& command);

}  // namespace tito
