#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "modules/cli/course/manifest.h"

namespace tito {

/// The files of a release for students: those of the repository that git tracks, with these modules only.
/// Their sources are cut; rubrics, mistakes and the tests of the course itself, which need the solutions, are
/// left out.
/// @throws std::runtime_error  git fails; or OUTPUT is there already
/// @throws CutError  a source cannot be cut
void write_release(const std::filesystem::path& source, const std::vector<Module>& modules,
                   const std::filesystem::path& output);

}  // namespace tito
