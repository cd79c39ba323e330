#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

#include "modules/cli/process.h"

namespace tito {

/// A program that answers each line with a line. The destructor ends its input, and waits for its end.
class Conversation {
 public:
  /// @param environment  NAME=VALUE, replacing the caller's
  /// @throws std::system_error  it cannot be started
  Conversation(std::filesystem::path program, const std::vector<std::string>& arguments,
               const std::vector<std::string>& environment = {});
  ~Conversation();
  Conversation(const Conversation&) = delete;
  Conversation& operator=(const Conversation&) = delete;

  /// Its answer to this line.
  /// @throws std::runtime_error  it has ended
  std::string ask(const std::string& line);

 private:
  /// Waits for its end, once.
  Ending wait_for_end();
  [[noreturn]] void fail_ended();

  std::filesystem::path program_;
  pid_t child_ = -1;  // -1 after its end
  int socket_ = -1;
};

}  // namespace tito
