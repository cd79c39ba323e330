#pragma once

#include <filesystem>
#include <string>

namespace tinytorch::testing {

/// The root of the source tree from which this program was built. Tests read their data there.
std::filesystem::path source_folder();

/// The contents of a file.
std::string read_source(const std::filesystem::path& path);

}  // namespace tinytorch::testing
