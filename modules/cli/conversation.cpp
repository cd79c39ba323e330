#include "modules/cli/conversation.h"

#include <fmt/format.h>

#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace tito {
namespace {

/// Two ends of a connection.
struct Ends {
  int own = -1, other = -1;

  Ends() {
    int ends[2];
    // A socket, as writing to one whose other end was closed can be an error instead of a signal.
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
      throw std::system_error(errno, std::generic_category(), "socketpair");
    own = ends[0];
    other = ends[1];
  }
};

}  // namespace

Conversation::Conversation(std::filesystem::path program, const std::vector<std::string>& arguments,
                           const std::vector<std::string>& environment)
    : program_(std::move(program)) {
  const Ends ends;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends.other, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, ends.other, STDOUT_FILENO);
  std::vector<std::string> words = arguments, variables = environment_with(environment);
  words.insert(words.begin(), program_.string());
  const int error = posix_spawn(&child_, program_.c_str(), &actions, nullptr, pointers_to(words).data(),
                                pointers_to(variables).data());
  posix_spawn_file_actions_destroy(&actions);
  close(ends.other);
  socket_ = ends.own;
  if (error == 0) return;
  close(socket_);
  throw std::system_error(error, std::generic_category(), program_.string());
}

Conversation::~Conversation() {
  close(socket_);
  if (child_ > 0) static_cast<void>(wait_for_end());
}

Ending Conversation::wait_for_end() {
  int status = 0;
  while (waitpid(child_, &status, 0) < 0 && errno == EINTR) {
  }
  child_ = -1;
  return WIFSIGNALED(status) ? Ending{.exit_code = 0, .signal = WTERMSIG(status)}
                             : Ending{.exit_code = WEXITSTATUS(status), .signal = 0};
}

std::string Conversation::ask(const std::string& line) {
  const std::string question = line + '\n';
  for (std::size_t sent = 0; sent < question.size();) {
    const ssize_t n = send(socket_, question.data() + sent, question.size() - sent, MSG_NOSIGNAL);
    if (n < 0 && errno != EINTR) fail_ended();
    if (n > 0) sent += static_cast<std::size_t>(n);
  }
  std::string answer;
  for (char buffer[4096]; !answer.ends_with('\n');) {
    const ssize_t n = recv(socket_, buffer, sizeof buffer, 0);
    if (n == 0 || (n < 0 && errno != EINTR)) fail_ended();
    if (n > 0) answer.append(buffer, static_cast<std::size_t>(n));
  }
  return answer;
}

void Conversation::fail_ended() {
  const std::string how = child_ > 0 ? " with " + describe(wait_for_end()) : " already";
  throw std::runtime_error(fmt::format("{} has ended{}", program_.string(), how));
}

}  // namespace tito
