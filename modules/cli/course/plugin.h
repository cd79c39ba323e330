#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace tito {

/// How plug-ins are compiled in this build: course.json in the build folder, which CMake writes.
struct CourseTools {
  std::filesystem::path compiler;
  std::vector<std::string> flags;         ///< of every plug-in
  std::vector<std::string> device_flags;  ///< for the emulated device
  std::vector<std::string> counters_flags,
      counters_libraries;  ///< for its counters, before and after the sources
  std::filesystem::path
      folder;  ///< course/ of the build folder: the programs that run exercises, and their checks
  std::filesystem::path source;  ///< the root of the repository
  /// What students' code sees when it is compiled: headers, and no solution.
  std::vector<std::filesystem::path> headers = {};
  /// The compiler with its libraries, if it is not in the system's folders.
  std::vector<std::filesystem::path> toolchain = {};
};

/// @throws std::runtime_error  it is missing: this build has no course; or students' code would see all of
/// the repository with the compiler
CourseTools read_course_tools(const std::filesystem::path& build_folder);

/// What a plug-in is compiled for. A source in CUDA is checked three times.
enum class PluginKind {
  host,           ///< to check functions on the CPU, with AddressSanitizer
  memory,         ///< to check kernels on the emulated device, with AddressSanitizer
  races,          ///< the same with ThreadSanitizer
  counters,       ///< the same with kernels/simt/counters, which sees each access
  times,          ///< to measure functions on the CPU
  exported_cpu,   ///< to run in the framework
  exported_cuda,  ///< the same, for its emulated device
};

/// A plug-in of a module: its sources of one kind, in a shared library.
struct Plugin {
  std::filesystem::path library;
  std::string errors;  ///< of the compiler; empty if it was built

  bool ok() const { return errors.empty(); }
};

/// Compiles the sources, .cpp or .cu in plain CUDA, to a library in the folder. The compiler runs isolated:
/// it sees the folders that the sources are in, but of the repository's modules only headers.
/// @param name  of the library, without an extension
/// @throws std::runtime_error  the compiler cannot be started
Plugin build_plugin(const CourseTools& tools, PluginKind kind,
                    const std::vector<std::filesystem::path>& sources, const std::filesystem::path& folder,
                    const std::string& name);

/// The first error of the compiler with the lines that show it; the first lines if none is found.
std::string first_error(const std::string& errors);

}  // namespace tito
