#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "modules/cli/course/manifest.h"
#include "modules/cli/course/plugin.h"

namespace tito {

/// What became of a check, in the order in which they ran.
struct CheckResult {
  std::string name;
  bool passed = false;
  std::string message;  ///< of a failure: what was called, what it gave, what was expected
  std::string todo;     ///< the function that was called and is not written, if one was
};

struct ExerciseResult {
  std::vector<CheckResult> checks;
  /// How the run ended, if not with all checks done: a crash, a timeout, a race; with the line where it is
  /// known.
  std::string fault;

  bool passed() const;
  /// The first check that did not pass; null if it was none: all passed, or none of them ran.
  const CheckResult* failure() const;
};

/// The plug-ins of a module.
struct ModulePlugins {
  Plugin host;           ///< if it has a source for the host
  Plugin memory, races;  ///< if it has one in CUDA
};

/// Compiles what the module has. The sources are in `sources`, what is built goes to `build`.
ModulePlugins build_plugins(const CourseTools& tools, const Module& module,
                            const std::filesystem::path& sources, const std::filesystem::path& build);

/// Runs the checks of an exercise in a process of their own; those of a kernel twice, for memory and for
/// races.
/// @param environment  NAME=VALUE, for the run
ExerciseResult run_exercise(const CourseTools& tools, const Module& module, const Exercise& exercise,
                            const ModulePlugins& plugins, const std::filesystem::path& build,
                            const std::vector<std::string>& environment = {});

}  // namespace tito
