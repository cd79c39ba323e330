#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "modules/cli/course/manifest.h"
#include "modules/cli/course/plugin.h"

// The modules of a student that run in the framework. exported/NN_name in the folder of the copies has an
// export.json, which names the folder with the plug-ins that are in force.
namespace tito {

/// A module that was compiled for the framework.
struct Export {
  std::string module;                         ///< its folder's name
  std::string code;                           ///< code_of() the copy that was exported
  std::string framework;                      ///< code_of_framework() when it was compiled
  std::filesystem::path cpu = {}, cuda = {};  ///< the plug-ins; empty if it has none
  int tests = 0;  ///< of the framework, that passed on it before it was installed; 0: none were run
  std::filesystem::path folder = {};  ///< of the plug-ins
};

/// Those of a student that are in force, by the modules' numbers. Damaged ones are left out, and those that
/// were compiled with other headers of the framework, which could do anything.
std::vector<Export> read_exports(const CourseTools& tools, const std::filesystem::path& student);

/// A module that is compiled, but not in force.
struct Candidate {
  Export plugins;
  std::string errors;  ///< of the compiler; empty if it was compiled
};

/// Compiles a copy for the framework, and its kernels with nvcc as well, if that is installed. What is in
/// force stays.
/// @param code  code_of() the copy when its exercises were checked
/// @throws std::runtime_error  a file cannot be read or written, or the copy has changed since
Candidate build_candidate(const CourseTools& tools, const Module& module,
                          const std::filesystem::path& student, const std::string& code);

/// Removes a candidate that is not to be installed.
void discard(const Export& compiled);

/// Puts the export in force, in one step, and removes the one before.
/// @throws std::runtime_error  a file cannot be written; the one before stays in force
void install(const std::filesystem::path& student, const Export& compiled);

/// The exports with this one instead of the same module's, by the modules' numbers.
std::vector<Export> with_candidate(std::vector<Export> exports, const Export& candidate);

/// What a student is told after install(): which programs run on the exports.
std::string how_to_run(const CourseTools& tools, const std::filesystem::path& student);

/// The value of TINYTORCH_PLUGINS with which a program runs on these modules.
/// @param cuda  whether the program has CUDA kernels
std::string plugins_variable(const std::vector<Export>& exports, bool cuda);

}  // namespace tito
