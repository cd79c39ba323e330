#include "tests/simt/child.h"

#include <sys/wait.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace simt {

Child run_faults(const std::string& name, bool wrong, const std::string& settings) {
  // Else ThreadSanitizer waits a second at exit, for races of threads that still run.
  const std::string command = "env TSAN_OPTIONS=\"$TSAN_OPTIONS atexit_sleep_ms=0\" " + settings +
                              " " SIMT_FAULTS " " + name + (wrong ? " wrong" : " right") + " 2>&1";
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) {
    throw std::runtime_error("cannot run " + command);
  }
  std::string output;
  char buffer[4096];
  for (std::size_t n; (n = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;) {
    output.append(buffer, n);
  }
  const int status = pclose(pipe);
  return {WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status), output};
}

std::string marked_line(const std::string& word) {
  for (const auto& file : std::filesystem::directory_iterator(SIMT_TESTS_FOLDER "/faults")) {
    std::ifstream in(file.path());
    std::string line;
    for (int number = 1; std::getline(in, line); ++number) {
      const std::size_t comment = line.find("  // ");
      std::istringstream words(comment == line.npos ? "" : line.substr(comment + 4));
      for (std::string found; words >> found;) {
        if (found == word) {
          return file.path().filename().string() + ":" + std::to_string(number);
        }
      }
    }
  }
  throw std::runtime_error("no line is marked with " + word);
}

}  // namespace simt
