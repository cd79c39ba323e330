#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace tito {

/// How a program ended: by itself with a code, or by a signal.
struct Ending {
  int exit_code = 0;
  int signal = 0;
};

/// "exit code 3" or "signal SIGSEGV (Segmentation fault)".
std::string describe(const Ending& ending);

/// Runs a program to its end, with both of its output streams written to `log`.
/// @throws std::system_error  it cannot be started
Ending run_logged(const std::filesystem::path& program, const std::vector<std::string>& arguments,
                  const std::filesystem::path& log);

/// The first line that a shell command prints; nothing if it fails or prints nothing.
std::optional<std::string> first_line_of(const std::string& command);

}  // namespace tito
