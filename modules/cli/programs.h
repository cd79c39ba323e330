#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace tito {

/// A program of this build, as listed by CMake in programs.txt.
struct Program {
  std::string name;
  std::filesystem::path path;
  std::string description;  ///< of an example; of a fuzzer the directory of its first inputs
  /// Of a test suite: `each` runs it on every backend, `once` without one, a name on that backend only.
  std::string backends = "each";
  bool is_long = false;  ///< a test suite that is worth running in shards

  /// A suite that runs `once` runs with those of the CPU.
  bool runs_on(const std::string& backend) const {
    return backends == "each" || backend == (backends == "once" ? "cpu" : backends);
  }
  bool takes_backend() const { return backends != "once"; }
};

struct Programs {
  std::vector<Program> examples;
  std::vector<Program> suites;
  std::vector<Program> fuzzers;  // libFuzzer's programs
  std::vector<Program> tools;    // programs behind a command of tito
};

/// The build folder that contains this program, and all other programs in it and its subfolders.
std::filesystem::path build_folder();

/// Reads programs.txt in the build folder.
/// @throws std::runtime_error  it is missing or has a malformed line
Programs read_programs(const std::filesystem::path& folder);

/// Replaces this process with the program (execv). Returns only if that fails: an exit code, after printing
/// why.
int become(const Program& program, const std::vector<std::string>& arguments);

/// The tool of this name.
/// @throws std::runtime_error  this build has none
Program find_tool(const std::string& name);

std::vector<std::string> names_of(const std::vector<Program>& programs);

}  // namespace tito
