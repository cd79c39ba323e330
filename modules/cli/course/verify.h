#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "modules/cli/course/manifest.h"
#include "modules/cli/course/plugin.h"

namespace tito {

/// What holds for a module: the proof that its checks give the points that are due.
struct Verification {
  int solved = 0;     ///< exercises that pass with the solution; must be all
  int untouched = 0;  ///< exercises whose untouched copy fails by naming what to write; must be all
  int alone = 0;      ///< exercises that pass, and no other with them, if they alone are solved; must be all
  int diagnosed = 0;  ///< mistakes that fail first at the check that is theirs; must be all
  std::vector<std::string> problems;  ///< a line each

  bool ok() const { return problems.empty(); }
};

/// Runs the exercises of modules on the solution, on the untouched copy, on each exercise alone and on each
/// mistake; as many modules at a time as there are processors.
/// @param folder  gets what is built, in NN_name
/// @param report  gets each module's in their order, as soon as it is known
/// @throws std::runtime_error  a file is missing, or does not compile
void verify(const CourseTools& tools, const std::vector<Module>& modules, const std::filesystem::path& folder,
            const std::function<void(const Module&, const Verification&)>& report);

}  // namespace tito
