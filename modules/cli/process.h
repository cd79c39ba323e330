#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace tito {

/// How a program ended: with an exit code, by a signal, or killed for its time, memory or processes.
struct Ending {
  int exit_code = 0;
  int signal = 0;
  bool timed_out = false;
  bool out_of_memory = false;
  bool too_many_processes = false;
};

/// "exit code 3", "signal SIGSEGV (Segmentation fault)", "timeout", "too much memory" or "too many
/// processes".
std::string describe(const Ending& ending);

struct RunOptions {
  std::vector<std::string> environment = {};          // NAME=VALUE, replacing the caller's
  bool clear_environment = false;                     // of the caller's, it gets nothing
  std::optional<std::chrono::seconds> time_out = {};  // after which the program is killed
  std::optional<std::chrono::seconds> cpu_time = {};  // of it and its descendants, after which it is killed
  std::optional<std::uint64_t> memory =
      {};  // bytes that it and its descendants may hold, before it is killed
  std::optional<std::size_t> processes = {};  // that it and its descendants may be
  int time_out_signal = 0;  // sent two seconds before it is killed, so that it can say where it is
  std::optional<std::filesystem::path> descriptor_3 = {};  // a file that it writes by this descriptor
};

/// Pointers to the words, terminated by a null pointer, as posix_spawn() expects.
std::vector<char*> pointers_to(std::vector<std::string>& words);
/// This process's environment with some variables, NAME=VALUE, replaced or added.
std::vector<std::string> environment_with(const std::vector<std::string>& changes);

/// Runs a program and waits for its end. It reads nothing: its standard input is empty, and it gets no other
/// file that is open here. Its standard output and standard error go to `log`.
/// @throws std::system_error  it cannot be started
Ending run_logged(const std::filesystem::path& program, const std::vector<std::string>& arguments,
                  const std::filesystem::path& log, const RunOptions& options = {});

/// Keeps other processes that make one from using a folder. The constructor creates the folder, waits while
/// another uses it, and says so.
class FolderLock {
 public:
  /// @throws std::system_error  the folder cannot be written
  explicit FolderLock(const std::filesystem::path& folder);
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  int descriptor_;
};

/// The program in PATH; empty if it is not there.
std::filesystem::path find_program(const std::string& name);

/// nvcc, which is often installed and not on the path; empty if it is not there.
std::filesystem::path find_nvcc();

/// The first line that a shell command prints; nothing if it fails or prints nothing.
std::optional<std::string> first_line_of(const std::string& command);

}  // namespace tito
