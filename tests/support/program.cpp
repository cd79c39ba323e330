#include "tests/support/program.h"

#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <stdexcept>

namespace tinytorch::testing {

ProgramRun run_program(const std::string& command) {
  // Its tests are its own, whichever of this program's are run.
  std::FILE* pipe =
      popen(("unset GTEST_TOTAL_SHARDS GTEST_SHARD_INDEX\n{ " + command + "\n} 2>&1").c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("cannot start a shell for: " + command);
  ProgramRun run;
  std::array<char, 4096> buffer{};
  while (const std::size_t size = std::fread(buffer.data(), 1, buffer.size(), pipe)) {
    run.output.append(buffer.data(), size);
  }
  const int status = pclose(pipe);
  run.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return run;
}

ProgramRun run_python(const std::string& script) {
  return run_program("python3 - <<'END_OF_SCRIPT'\n" + script + "\nEND_OF_SCRIPT");
}

bool has_python_module(const std::string& name) { return run_python("import " + name).exit_code == 0; }

std::filesystem::path build_folder() {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path().parent_path();
}

}  // namespace tinytorch::testing
