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
  /// A test suite in which no device takes part runs once, not once a backend.
  bool runs_once = false;
};

struct Programs {
  std::vector<Program> examples;
  std::vector<Program> suites;
};

/// The folder of the build that this very program is part of; the others lie beside and below it.
std::filesystem::path build_folder();

/// Reads programs.txt in the build folder.
/// @throws std::runtime_error  it is missing or has a line that is not understood
Programs read_programs(const std::filesystem::path& folder);

std::vector<std::string> names_of(const std::vector<Program>& programs);

}  // namespace tito
