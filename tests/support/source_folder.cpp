#include "tests/support/source_folder.h"

#include <cstdlib>

namespace tinytorch::testing {

std::filesystem::path source_folder() {
  // Set where the programs were moved to a machine without the build's source tree (tito bundle).
  const char* const moved = std::getenv("TINYTORCH_SOURCE_DIR");
  return moved != nullptr ? moved : TINYTORCH_SOURCE_DIR;
}

}  // namespace tinytorch::testing
