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
#include <cstring>
#include <string_view>
#include <system_error>

namespace tito {
namespace {

[[noreturn]] void fail_with(int error, const std::string& path) {
  throw std::system_error(error, std::generic_category(), path);
}

/// Pointers to the words, terminated by a null pointer, as posix_spawn expects.
std::vector<char*> pointers_to(std::vector<std::string>& words) {
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  return pointers;
}

/// This process's environment with some variables replaced or added.
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

/// Waits for a child process for at most this time.
/// @return whether it ended
bool ends_within(pid_t child, std::chrono::milliseconds time) {
  // A system call, because glibc 2.36 declares pidfd_open() for C only.
  pollfd end{.fd = static_cast<int>(syscall(SYS_pidfd_open, child, 0)), .events = POLLIN, .revents = 0};
  if (end.fd < 0) fail_with(errno, "pidfd_open");
  const int ready = poll(&end, 1, static_cast<int>(time.count()));
  close(end.fd);
  return ready != 0;
}

}  // namespace

std::string describe(const Ending& ending) {
  if (ending.timed_out) return "timeout";
  if (ending.signal == 0) return fmt::format("exit code {}", ending.exit_code);
  const char* name = sigabbrev_np(ending.signal);
  return fmt::format("signal SIG{} ({})", name ? name : std::to_string(ending.signal),
                     strsignal(ending.signal));
}

Ending run_logged(const std::filesystem::path& program, const std::vector<std::string>& arguments,
                  const std::filesystem::path& log, const RunOptions& options) {
  const std::string path = program.string();
  std::vector<std::string> words = arguments, variables = environment_with(options.environment);
  words.insert(words.begin(), path);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  pid_t child = 0;
  const int error = posix_spawn(&child, path.c_str(), &actions, nullptr, pointers_to(words).data(),
                                pointers_to(variables).data());
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) fail_with(error, path);

  const bool timed_out = options.time_out && !ends_within(child, *options.time_out);
  if (timed_out) kill(child, SIGKILL);
  int status = 0;
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) fail_with(errno, path);
  }
  if (WIFSIGNALED(status)) return {.exit_code = 0, .signal = WTERMSIG(status), .timed_out = timed_out};
  return {.exit_code = WEXITSTATUS(status), .signal = 0, .timed_out = timed_out};
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
