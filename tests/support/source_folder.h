#pragma once

#include <filesystem>

namespace tinytorch::testing {

/// The root of the sources that this program was built from, where the tests' data lies.
std::filesystem::path source_folder();

}  // namespace tinytorch::testing
