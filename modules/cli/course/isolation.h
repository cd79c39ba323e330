#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "modules/cli/process.h"

// Runs code that is not trusted, or not finished: a student's.
namespace tito {

struct Limits {
  std::chrono::seconds time{20};                   ///< by the clock
  std::optional<std::chrono::seconds> cpu_time{};  ///< of the processor, of all its threads and processes
  std::uint64_t memory = std::uint64_t{2} << 30;   ///< bytes, of all its processes
  std::uint64_t file = std::uint64_t{256} << 20;   ///< bytes of a file that it writes
  std::size_t processes = 64;
  int time_out_signal = 0;  ///< sent before it is killed for its time
};

/// What the program may use and where its output goes.
struct IsolatedCommand {
  std::filesystem::path program;
  std::vector<std::string> arguments;
  std::filesystem::path folder;  ///< the only one that it can write to
  std::filesystem::path log;
  /// NAME=VALUE. Of the caller's environment it gets PATH, LANG and LD_LIBRARY_PATH only.
  std::vector<std::string> environment = {};
  std::optional<std::filesystem::path> report = {};  ///< a file that it writes by descriptor 3
  /// The files and folders that it sees besides the system's and its own folder: itself, too, if it is not a
  /// program of the system.
  std::vector<std::filesystem::path> visible = {};
  /// The folder is empty when it starts, has room for so many bytes, and what it writes there is gone after
  /// it.
  std::optional<std::uint64_t> scratch = {};
};

/// Whether this machine can isolate programs: bubblewrap (bwrap) is there, and the system lets it make
/// namespaces.
bool can_isolate();

/// Whether all isolated programs see this file: programs and libraries of the system, which are in /usr.
bool is_of_the_system(const std::filesystem::path& file);

/// Whether the file is in this folder, or below.
bool is_below(const std::filesystem::path& file, const std::filesystem::path& folder);

/// Runs a program that sees no network, no other processes and no files but those that the command names and
/// the system's programs and libraries, and can write to its folder only; all processes that it started end
/// with it. Where can_isolate() is false, only the limits and the environment hold.
/// @throws std::system_error  it cannot be started
Ending run_isolated(const IsolatedCommand& command, const Limits& limits);

}  // namespace tito
