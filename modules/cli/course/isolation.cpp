#include "modules/cli/course/isolation.h"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <initializer_list>
#include <stdexcept>
#include <thread>

namespace tito {
namespace {

namespace fs = std::filesystem;

/// Programs and libraries, and what they are found by. Folders that are links into /usr stay links.
constexpr std::array kSystem{"/usr",
                             "/bin",
                             "/sbin",
                             "/lib",
                             "/lib32",
                             "/lib64",
                             "/libx32",
                             "/etc/alternatives",
                             "/etc/ld.so.cache",
                             "/etc/ld.so.conf",
                             "/etc/ld.so.conf.d"};

const fs::path& bubblewrap() {
  static const fs::path path = find_program("bwrap");
  return path;
}

/// bubblewrap's options. It mounts in this order, one over the other, into an empty file system.
std::vector<std::string> isolation(const IsolatedCommand& command) {
  std::vector<std::string> words{bubblewrap()};
  const auto add = [&](std::initializer_list<std::string> more) {
    words.insert(words.end(), more.begin(), more.end());
  };
  // Capabilities, which a caller has who is root, could mount anew.
  add({"--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL", "--chdir", "/"});
  add({"--dev", "/dev", "--proc", "/proc"});
  for (const fs::path path : kSystem) {
    if (fs::is_symlink(path)) {
      add({"--symlink", fs::read_symlink(path), path});
    } else if (fs::exists(path)) {
      add({"--ro-bind", path, path});
    }
  }
  for (const fs::path& path : command.visible) add({"--ro-bind", fs::absolute(path), fs::absolute(path)});
  const std::string folder = fs::absolute(command.folder);
  if (command.scratch) {
    add({"--size", fmt::format("{}", *command.scratch), "--tmpfs", folder});
  } else {
    add({"--bind", folder, folder});
  }
  // These are in memory, which no limit counts, or are settings of the kernel. What was mounted in them stays
  // as it is.
  add({"--remount-ro", "/dev", "--remount-ro", "/proc", "--remount-ro", "/"});
  return words;
}

/// The command's, and what programs are found by.
std::vector<std::string> environment_of(const IsolatedCommand& command) {
  std::vector<std::string> variables = command.environment;
  for (const char* name : {"PATH", "LANG", "LD_LIBRARY_PATH"}) {
    if (const char* value = std::getenv(name)) variables.push_back(fmt::format("{}={}", name, value));
  }
  return variables;
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

bool is_of_the_system(const fs::path& file) {
  const std::string path = file.lexically_normal();
  return std::any_of(kSystem.begin(), kSystem.end(),
                     [&](const char* folder) { return path.starts_with(std::string(folder) + '/'); });
}

bool is_below(const fs::path& file, const fs::path& folder) {
  const fs::path relative = file.lexically_relative(folder);
  return !relative.empty() && *relative.begin() != "..";
}

Ending run_isolated(const IsolatedCommand& command, const Limits& limits) {
  static const fs::path prlimit = find_program("prlimit");
  if (prlimit.empty()) throw std::runtime_error("there is no prlimit, which util-linux has");
  std::vector<std::string> words;
  const auto limit = [&](const char* name, auto value) {
    words.push_back(fmt::format("--{}={}", name, value));
  };
  // By the clock it is killed sooner, however many threads it has, but where nothing isolates, what it starts
  // and leaves behind is not.
  limit("cpu", limits.time.count() * std::max(1U, std::thread::hardware_concurrency()) + 5);
  limit("fsize", limits.file);
  limit("core", 0);
  limit("nofile", 256);
  const auto add = [&](const std::vector<std::string>& more) {
    words.insert(words.end(), more.begin(), more.end());
  };
  if (can_isolate()) add(isolation(command));
  add({command.program});
  add(command.arguments);
  return run_logged(prlimit, words, command.log,
                    {.environment = environment_of(command),
                     .clear_environment = true,
                     .time_out = limits.time,
                     .cpu_time = limits.cpu_time,
                     .memory = limits.memory,
                     .processes = limits.processes,
                     .time_out_signal = limits.time_out_signal,
                     .descriptor_3 = command.report});
}

}  // namespace tito
