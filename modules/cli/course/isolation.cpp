#include "modules/cli/course/isolation.h"

#include <fmt/format.h>

#include <unistd.h>

#include <cstdlib>
#include <initializer_list>
#include <stdexcept>

namespace tito {
namespace {

namespace fs = std::filesystem;

/// The program in PATH; empty if there is none.
fs::path find_program(const char* name) {
  const auto found = first_line_of(fmt::format("command -v {}", name));
  return found ? fs::path(*found) : fs::path();
}

const fs::path& bubblewrap() {
  static const fs::path path = find_program("bwrap");
  return path;
}

/// bubblewrap's options. It mounts in this order, one over the other.
std::vector<std::string> isolation(const IsolatedCommand& command) {
  std::vector<std::string> words{
      "--unshare-all", "--die-with-parent", "--new-session", "--ro-bind", "/", "/", "--dev", "/dev", "--proc",
      "/proc"};
  const auto add = [&](std::initializer_list<std::string> more) {
    words.insert(words.end(), more.begin(), more.end());
  };
  for (const fs::path& path : command.hidden) {
    if (fs::is_directory(path)) {
      add({"--tmpfs", fs::absolute(path)});
    } else if (fs::exists(path)) {
      add({"--ro-bind", "/dev/null", fs::absolute(path)});
    }
  }
  for (const fs::path& path : command.visible) add({"--ro-bind", fs::absolute(path), fs::absolute(path)});
  const std::string folder = fs::absolute(command.folder);
  if (command.scratch) {
    add({"--size", fmt::format("{}", *command.scratch), "--tmpfs", folder});
  } else {
    add({"--bind", folder, folder});
  }
  // What was mounted in them stays as it is.
  for (const fs::path& path : command.hidden) {
    if (fs::is_directory(path)) add({"--remount-ro", fs::absolute(path)});
  }
  return words;
}

}  // namespace

bool can_isolate() {
  static const bool can = [] {
    return !bubblewrap().empty() &&
           first_line_of(bubblewrap().string() +
                         " --ro-bind / / --dev /dev --proc /proc --unshare-all echo yes") == "yes";
  }();
  return can;
}

Ending run_isolated(const IsolatedCommand& command, const Limits& limits) {
  static const fs::path prlimit = find_program("prlimit");
  if (prlimit.empty()) throw std::runtime_error("there is no prlimit, which util-linux has");
  std::vector<std::string> words;
  if (can_isolate()) words = isolation(command);
  words.push_back(prlimit);
  const auto limit = [&](const char* name, auto value) {
    words.push_back(fmt::format("--{}={}", name, value));
  };
  // By the clock it is killed sooner, but what it starts and leaves behind is not.
  limit("cpu", limits.time.count() + 5);
  limit("fsize", limits.file);
  limit("core", 0);
  limit("nofile", 256);
  words.push_back(command.program);
  words.insert(words.end(), command.arguments.begin(), command.arguments.end());
  const fs::path program = can_isolate() ? bubblewrap() : prlimit;
  if (!can_isolate()) words.erase(words.begin());
  return run_logged(program, words, command.log,
                    {.environment = command.environment,
                     .time_out = limits.time,
                     .memory = limits.memory,
                     .processes = limits.processes,
                     .time_out_signal = limits.time_out_signal,
                     .descriptor_3 = command.report});
}

}  // namespace tito
