#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "modules/cli/course/manifest.h"
#include "modules/cli/course/plugin.h"

namespace tito {

/// What a line of a kernel did to memory, of all warps of all blocks together.
struct LineCounts {
  std::string at;              ///< kernels_dev.cu:12
  std::string memory, access;  ///< global or shared; load, store or atomic
  std::uint64_t requests = 0;  ///< instructions of warps
  std::uint64_t bytes = 0;     ///< that their lanes asked for
  std::uint64_t sectors = 0;   ///< of 32 bytes, of global memory
  std::uint64_t passes = 0,
                least_passes = 0;  ///< through the banks of shared memory: with conflicts, without
  std::uint64_t ways = 0;          ///< of the worst conflict; 1: none
};
struct KernelCounts {
  std::string kernel;
  std::uint64_t launches = 0;
  std::vector<LineCounts> lines;
};

/// What a call costs.
struct Measurement {
  std::string what;
  double seconds = 0;       ///< the median of repeated calls
  std::uint64_t bytes = 0;  ///< of memory, the most at a time
};

/// What became of a check, in the order in which they ran.
struct CheckResult {
  std::string suite, name;
  bool passed = false;
  std::string message;                     ///< of a failure: what was called, what it gave, what was expected
  std::string todo;                        ///< the function that was called and is not written, if one was
  std::vector<KernelCounts> kernels = {};  ///< that it ran, if they were counted
  std::vector<Measurement> measurements = {};  ///< of calls that it made
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
  Plugin host;                     ///< if it has a source for the host
  Plugin memory, races, counters;  ///< if it has one in CUDA
};

/// Compiles what the module has. The sources are in `sources`, what is built goes to `build`.
ModulePlugins build_plugins(const CourseTools& tools, const Module& module,
                            const std::filesystem::path& sources, const std::filesystem::path& build);

/// The compiler's first error in the sources for the host, and the first in those in CUDA, of whatever kind
/// of plug-in; empty if all compile.
std::string first_errors(const ModulePlugins& plugins);

/// Runs the checks of an exercise in a process of their own; those of a kernel three times: for memory, for
/// races, and for reads of shared memory that no thread has written.
/// @param environment  NAME=VALUE, for the run
ExerciseResult run_exercise(const CourseTools& tools, const Module& module, const Exercise& exercise,
                            const ModulePlugins& plugins, const std::filesystem::path& build,
                            const std::vector<std::string>& environment = {});

/// The exercises that pass, by one process for those of the host and one for kernels, of which only memory is
/// watched.
/// @throws std::runtime_error  not all checks were done
std::vector<std::string> passing_exercises(const CourseTools& tools, const Module& module,
                                           const ModulePlugins& plugins, const std::filesystem::path& build,
                                           const std::vector<std::string>& environment);

/// The fault of each exercise of a plug-in that was not built.
inline constexpr const char* kDoesNotCompile = "it does not compile";

/// What `./tito module measure` measures.
enum class MeasureKind {
  times,    ///< of functions of the host, which tests/module_NN/measure.cpp calls; and the memory they take
  counters  ///< of what kernels do to memory, which tests/module_NN/measure.cu launches
};

/// Compiles a copy for this.
/// @return  nothing if the module has no measurements of the kind
std::optional<Plugin> build_measured(const CourseTools& tools, const Module& module, MeasureKind kind,
                                     const std::filesystem::path& sources,
                                     const std::filesystem::path& build);

/// Measures an exercise. It may have no measurements: then there are no checks, and no fault.
/// @param plugin  of build_measured()
ExerciseResult measure_exercise(const CourseTools& tools, const Module& module, const Exercise& exercise,
                                MeasureKind kind, const Plugin& plugin, const std::filesystem::path& build);

}  // namespace tito
