#include "modules/cli/process.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <sstream>
#include <string_view>
#include <system_error>

namespace tito {
namespace {

[[noreturn]] void fail_with(int error, const std::string& path) {
  throw std::system_error(error, std::generic_category(), path);
}

using Clock = std::chrono::steady_clock;

/// Waits for a child process until this time.
/// @return whether it ended
bool ends_until(pid_t child, Clock::time_point time) {
  // A system call, because glibc 2.36 declares pidfd_open() for C only.
  pollfd end{.fd = static_cast<int>(syscall(SYS_pidfd_open, child, 0)), .events = POLLIN, .revents = 0};
  if (end.fd < 0) fail_with(errno, "pidfd_open");
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(time - Clock::now());
  const int ready = poll(&end, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
  close(end.fd);
  return ready != 0;
}

/// A process and its descendants, as /proc tells.
struct ProcessTree {
  std::uint64_t memory = 0;  // in bytes
  double cpu_time = 0;       // in seconds
  std::size_t processes = 0;
  std::vector<pid_t> leaves;  // those that have started no other
};

ProcessTree tree_of(pid_t root) {
  std::map<pid_t, std::vector<pid_t>> children;
  std::map<pid_t, std::uint64_t> memory, ticks;
  std::error_code ignored;  // a process may end while it is looked at
  for (const auto& entry : std::filesystem::directory_iterator("/proc", ignored)) {
    const pid_t process = static_cast<pid_t>(std::atoi(entry.path().filename().c_str()));
    if (process <= 0) continue;
    std::ifstream stat(entry.path() / "stat"), statm(entry.path() / "statm");
    std::string line;
    std::uint64_t total = 0, resident = 0;
    if (!std::getline(stat, line) || !(statm >> total >> resident)) continue;
    // After the name, in parentheses, come the state and the parent.
    std::istringstream fields(line.substr(line.rfind(')') + 1));
    char state = 0;
    pid_t parent = 0;
    fields >> state >> parent;
    constexpr int kUntilTimes = 9;
    std::string skipped;
    for (int i = 0; i < kUntilTimes; ++i) fields >> skipped;
    // Its own in user mode and in the kernel, and the same of children that have ended.
    for (std::uint64_t time = 0, i = 0; i < 4 && fields >> time; ++i) ticks[process] += time;
    children[parent].push_back(process);
    memory[process] = resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  }
  ProcessTree tree;
  std::vector<pid_t> open{root};
  while (!open.empty()) {
    const pid_t process = open.back();
    open.pop_back();
    ++tree.processes;
    tree.memory += memory[process];
    tree.cpu_time += static_cast<double>(ticks[process]) / static_cast<double>(sysconf(_SC_CLK_TCK));
    const std::vector<pid_t>& own = children[process];
    if (own.empty()) tree.leaves.push_back(process);
    open.insert(open.end(), own.begin(), own.end());
  }
  return tree;
}

/// Whether its processes have to be looked at while it runs.
bool is_watched(const RunOptions& options) { return options.memory || options.processes || options.cpu_time; }

/// Waits for the child's end, or kills it.
/// @return  why it was killed
Ending wait_within_limits(pid_t child, const RunOptions& options) {
  constexpr auto kInterval = std::chrono::milliseconds(50);
  const bool watched = is_watched(options);
  const pid_t target = watched ? -child : child;  // its group, if it has one
  const Clock::time_point last =
      options.time_out ? Clock::now() + *options.time_out : Clock::time_point::max();
  while (true) {
    if (ends_until(child, watched ? Clock::now() + kInterval : last)) return {};
    const ProcessTree tree = watched ? tree_of(child) : ProcessTree{};
    if (options.memory && tree.memory > *options.memory) {
      kill(target, SIGKILL);
      return {.out_of_memory = true};
    }
    if (options.processes && tree.processes > *options.processes) {
      kill(target, SIGKILL);
      return {.too_many_processes = true};
    }
    const bool used_up = options.cpu_time && tree.cpu_time > static_cast<double>(options.cpu_time->count());
    if (Clock::now() < last && !used_up) continue;
    if (options.time_out_signal != 0) {
      // Not to what only waits for them, such as a shell.
      for (const pid_t process : tree_of(child).leaves) kill(process, options.time_out_signal);
      if (ends_until(child, Clock::now() + std::chrono::seconds(10))) return {.timed_out = true};
    }
    kill(target, SIGKILL);
    return {.timed_out = true};
  }
}

}  // namespace

std::vector<char*> pointers_to(std::vector<std::string>& words) {
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  return pointers;
}

std::vector<std::string> environment_with(const std::vector<std::string>& changes) {
  std::vector<std::string> variables = changes;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string_view text = *variable;
    const std::string_view name = text.substr(0, text.find('=') + 1);
    const auto is_it = [&](const std::string& change) { return change.starts_with(name); };
    if (std::none_of(changes.begin(), changes.end(), is_it)) variables.emplace_back(text);
  }
  return variables;
}

std::string describe(const Ending& ending) {
  if (ending.timed_out) return "timeout";
  if (ending.out_of_memory) return "too much memory";
  if (ending.too_many_processes) return "too many processes";
  if (ending.signal == 0) return fmt::format("exit code {}", ending.exit_code);
  const char* name = sigabbrev_np(ending.signal);
  return fmt::format("signal SIG{} ({})", name ? name : std::to_string(ending.signal),
                     strsignal(ending.signal));
}

Ending run_logged(const std::filesystem::path& program, const std::vector<std::string>& arguments,
                  const std::filesystem::path& log, const RunOptions& options) {
  const std::string path = program.string();
  std::vector<std::string> words = arguments, variables = options.clear_environment
                                                              ? options.environment
                                                              : environment_with(options.environment);
  words.insert(words.begin(), path);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  posix_spawn_file_actions_addclosefrom_np(&actions, 3);
  if (options.descriptor_3) {
    posix_spawn_file_actions_addopen(&actions, 3, options.descriptor_3->c_str(), O_WRONLY | O_CREAT | O_TRUNC,
                                     0644);
  }
  // A process group of its own can be killed as a whole, but the terminal's Ctrl-C does not reach it.
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  if (is_watched(options)) posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  pid_t child = 0;
  const int error = posix_spawn(&child, path.c_str(), &actions, &attributes, pointers_to(words).data(),
                                pointers_to(variables).data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) fail_with(error, path);

  Ending ending = options.time_out || is_watched(options) ? wait_within_limits(child, options) : Ending{};
  int status = 0;
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) fail_with(errno, path);
  }
  if (WIFSIGNALED(status)) {
    ending.signal = WTERMSIG(status);
  } else {
    ending.exit_code = WEXITSTATUS(status);
  }
  return ending;
}

FolderLock::FolderLock(const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  const std::filesystem::path path = folder / "tito.lock";
  descriptor_ = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor_ < 0) fail_with(errno, path.string());
  if (flock(descriptor_, LOCK_EX | LOCK_NB) == 0) return;
  int error = errno;
  if (error == EWOULDBLOCK) {
    fmt::print(stderr, "tito: waiting for another tito, which is at work in {}\n", folder.string());
    do error = flock(descriptor_, LOCK_EX) == 0 ? 0 : errno;
    while (error == EINTR);
    if (error == 0) return;
  }
  close(descriptor_);
  fail_with(error, path.string());
}

FolderLock::~FolderLock() { close(descriptor_); }

std::filesystem::path find_program(const std::string& name) {
  return first_line_of("command -v " + name).value_or("");
}

std::filesystem::path find_nvcc() {
  for (const char* name : {"nvcc", "\"$CUDA_HOME/bin/nvcc\"", "/usr/local/cuda/bin/nvcc"}) {
    if (std::filesystem::path nvcc = find_program(name); !nvcc.empty()) return nvcc;
  }
  return {};
}

std::optional<std::string> first_line_of(const std::string& command) {
  std::FILE* pipe = popen(("{ " + command + "\n} 2>/dev/null").c_str(), "r");
  if (pipe == nullptr) return std::nullopt;
  std::string output;
  std::array<char, 256> buffer{};
  while (std::fgets(buffer.data(), static_cast<int>(buffer.size()), pipe) != nullptr) output += buffer.data();
  const bool succeeded = pclose(pipe) == 0;
  output = output.substr(0, output.find('\n'));
  if (!succeeded || output.empty()) return std::nullopt;
  return output;
}

}  // namespace tito
