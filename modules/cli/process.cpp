#include "modules/cli/process.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstring>
#include <system_error>

namespace tito {

std::string describe(const Ending& ending) {
  if (ending.signal == 0) return fmt::format("exit code {}", ending.exit_code);
  const char* name = sigabbrev_np(ending.signal);
  return fmt::format("signal SIG{} ({})", name ? name : std::to_string(ending.signal),
                     strsignal(ending.signal));
}

Ending run_logged(const std::filesystem::path& program, const std::vector<std::string>& arguments,
                  const std::filesystem::path& log) {
  std::string path = program.string();
  std::vector<std::string> words = arguments;
  std::vector<char*> argv{path.data()};
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  pid_t child = 0;
  const int error = posix_spawn(&child, path.c_str(), &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) throw std::system_error(error, std::generic_category(), path);

  int status = 0;
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) throw std::system_error(errno, std::generic_category(), path);
  }
  if (WIFSIGNALED(status)) return {.exit_code = 0, .signal = WTERMSIG(status)};
  return {.exit_code = WEXITSTATUS(status), .signal = 0};
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
