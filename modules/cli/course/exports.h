#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "modules/cli/course/manifest.h"
#include "modules/cli/course/plugin.h"

namespace tito {

/// A module of a student that runs in the framework: exported/NN_name in the folder of the copies.
struct Export {
  std::string module;               ///< its folder's name
  std::string code;                 ///< code_of() the copy that was exported
  std::filesystem::path cpu, cuda;  ///< the plug-ins; empty if it has none
};

/// Those of a student, by the modules' numbers. Folders that are no whole export are left out.
std::vector<Export> read_exports(const std::filesystem::path& student);

/// Compiles a copy for the framework.
/// @return  the compiler's errors; empty if it was exported
/// @throws std::runtime_error  a file cannot be read or written
std::string export_module(const CourseTools& tools, const Module& module,
                          const std::filesystem::path& student, const std::string& code);

/// The value of TINYTORCH_PLUGINS with which a program runs on these modules.
/// @param cuda  whether the program has CUDA kernels
std::string plugins_variable(const std::vector<Export>& exports, bool cuda);

}  // namespace tito
