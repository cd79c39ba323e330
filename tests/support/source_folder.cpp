#include "tests/support/source_folder.h"

#include <cstdlib>
#include <fstream>
#include <iterator>

namespace tinytorch::testing {

std::filesystem::path source_folder() {
  // Set where the programs were moved to a machine without the build's source tree (tito bundle).
  const char* const moved = std::getenv("TINYTORCH_SOURCE_DIR");
  return moved != nullptr ? moved : TINYTORCH_SOURCE_DIR;
}

std::string read_source(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace tinytorch::testing
