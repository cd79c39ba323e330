#include "examples/common/command.h"

#include <cstdio>
#include <vector>

namespace examples {

std::string CommandResult::last_line() const {
  const std::size_t end = output.find_last_not_of('\n');
  if (end == std::string::npos) return "";
  const std::size_t before = output.find_last_of('\n', end);
  const std::size_t begin = before == std::string::npos ? 0 : before + 1;
  return output.substr(begin, end + 1 - begin);
}

CommandResult run_command(const std::string& command) {
  FILE* const pipe = popen(("{ " + command + "\n} 2>&1").c_str(), "r");
  if (pipe == nullptr) return {.succeeded = false, .output = "a shell cannot be started"};
  CommandResult result;
  std::vector<char> buffer(1 << 16);
  while (const std::size_t n = std::fread(buffer.data(), 1, buffer.size(), pipe))
    result.output.append(buffer.data(), n);
  result.succeeded = pclose(pipe) == 0;
  return result;
}

}  // namespace examples
