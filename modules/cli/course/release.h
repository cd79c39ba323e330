#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "modules/cli/course/manifest.h"

namespace tito {

/// Writes a release for students, a folder or a .tar.gz: the files of the repository that git tracks, with
/// these modules only. Their sources are cut; rubrics, mistakes and the tests of the course itself, which
/// need the solutions, are left out.
/// @throws std::runtime_error  git fails; or there is a file or folder of this name
/// @throws CutError  a source cannot be cut
void write_release(const std::filesystem::path& source, const std::vector<Module>& modules,
                   const std::filesystem::path& wanted);

}  // namespace tito
