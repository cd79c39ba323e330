#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace tito {

/// What the build made, as CMake wrote it into programs.txt.
struct Program {
  std::string name;
  std::filesystem::path path;
  std::string description;
  /// Of a test suite: `each` for every backend, `once` where no device takes part, or the name of its
  /// backend.
  std::string backends = "each";

  /// Where no device takes part, once is enough: with the CPU's.
  bool runs_on(const std::string& backend) const {
    return backends == "each" || backend == (backends == "once" ? "cpu" : backends);
  }
  bool takes_backend() const { return backends != "once"; }
};

struct Programs {
  std::vector<Program> examples;
  std::vector<Program> suites;
  std::vector<Program> tools;  // what commands of tito start
};

/// The folder of the build that this very program is part of; the others lie beside and below it.
std::filesystem::path build_folder();

/// Reads programs.txt in the build folder.
/// @throws std::runtime_error  it is missing or has a line that is not understood
Programs read_programs(const std::filesystem::path& folder);

/// Becomes the program: its output, its arguments, its exit code. Returns only where that fails, with an exit
/// code, and says why.
int become(const Program& program, const std::vector<std::string>& arguments);

/// The tool of this name.
/// @throws std::runtime_error  this build has none
Program find_tool(const std::string& name);

std::vector<std::string> names_of(const std::vector<Program>& programs);

}  // namespace tito
