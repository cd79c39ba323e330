#pragma once

#include <cstdio>
#include <memory>
#include <string>

namespace tito {

/// A shell command that runs while the test goes on.
class StartedProgram {
 public:
  explicit StartedProgram(const std::string& command);

  /// Waits for the next line of its standard output; empty at the end.
  std::string line();
  /// Waits for its end.
  /// @return  the exit code; -1 if a signal terminated it
  int end();

 private:
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> output_;
};

}  // namespace tito
