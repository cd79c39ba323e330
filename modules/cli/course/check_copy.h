#pragma once

#include <string>

#include "modules/cli/course/course.h"
#include "modules/cli/course/exercise_run.h"
#include "modules/cli/course/results.h"

namespace tito {

/// What check_copy() prints: each exercise as it ends, with what to do next; or nothing.
enum class Verbosity { exercises, nothing };

// Of the folder of the copies, the caller has a FolderLock: builds and results are those of one tito at a
// time.

/// Compiles and checks a copy, and records the result.
/// @throws std::runtime_error  there is no copy, or it changed meanwhile: nothing is recorded
ModuleResult check_copy(const Course& course, const Module& module, Verbosity verbosity);

/// The result of the copy as it is: recorded, or measured now.
/// @throws std::runtime_error  as check_copy()
ModuleResult current_result(const Course& course, const Module& module, Verbosity verbosity);

/// Prints what failed, the hint, and where to read.
void print_failure(const Module& module, const Exercise& exercise, const ExerciseResult& result);

/// Replaces the recorded result of a module.
/// @throws std::runtime_error  it cannot be written
void record(const Course& course, const Module& module, const ModuleResult& result);

}  // namespace tito
