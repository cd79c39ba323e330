#include "tests/support/source_folder.h"

namespace tinytorch::testing {

std::filesystem::path source_folder() { return TINYTORCH_SOURCE_DIR; }

}  // namespace tinytorch::testing
