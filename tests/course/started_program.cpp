#include "tests/course/started_program.h"

#include <sys/wait.h>

#include <stdexcept>

namespace tito {

StartedProgram::StartedProgram(const std::string& command) : output_(popen(command.c_str(), "r"), pclose) {
  if (!output_) throw std::runtime_error("cannot start a shell for: " + command);
}

std::string StartedProgram::line() {
  std::string line;
  for (int c = std::fgetc(output_.get()); c != EOF && c != '\n'; c = std::fgetc(output_.get()))
    line += static_cast<char>(c);
  return line;
}

int StartedProgram::end() {
  while (std::fgetc(output_.get()) != EOF) {
  }
  const int status = pclose(output_.release());
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace tito
