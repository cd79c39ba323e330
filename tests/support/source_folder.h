#pragma once

#include <filesystem>

namespace tinytorch::testing {

/// The root of the source tree from which this program was built. Tests read their data there.
std::filesystem::path source_folder();

}  // namespace tinytorch::testing
