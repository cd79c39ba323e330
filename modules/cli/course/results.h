#pragma once

#include <filesystem>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "modules/cli/course/exercise_run.h"
#include "modules/cli/course/manifest.h"
#include "modules/cli/course/plugin.h"

namespace tito {

/// Why an exercise has no points.
struct Failure {
  std::string check;     ///< that failed first; empty if none did, as in code that does not compile
  std::string message;   ///< what was called, what it gave, what was expected; or how the run ended
  bool is_todo = false;  ///< it is not written yet
};

/// That of an exercise that did not pass.
Failure failure_of(const ExerciseResult& result);

/// What a student's copy of a module earned, and of which code.
struct ModuleResult {
  std::string code;                                 ///< code_of() the copy that was checked
  std::map<std::string, bool> passed;               ///< by the exercise's id
  std::map<std::string, Failure> failures = {};     ///< of those that did not pass
  std::map<std::string, Failure> integration = {};  ///< of `module complete` in the framework, by its step

  bool has_passed(const std::string& exercise) const;
  int points(const Module& module) const;
};

nlohmann::json json_of(const ModuleResult& result);
/// @throws nlohmann::json::exception  it is not of the form that json_of() gives
ModuleResult module_result_of(const nlohmann::json& json);

/// The results of a student, by the folder names of the modules: results.json in the folder of the copies. It
/// only spares the checks: what is lost or damaged is measured again.
using Results = std::map<std::string, ModuleResult>;

/// The results; none if the file is missing, damaged or of another version.
Results read_results(const std::filesystem::path& student);

/// Replaces the file as a whole.
/// @throws std::runtime_error  it cannot be written
void write_results(const std::filesystem::path& student, const Results& results);

/// A hash of the files that a student edits, and of what decides on the result: the module's manifest,
/// headers, slots and checks. If it changes, the result does not count any more. A file that is not there
/// counts as empty. Solutions and mistakes, which a release does not have, are no part of it.
std::string code_of(const CourseTools& tools, const Module& module, const std::filesystem::path& copy);

/// The headers that plug-ins are compiled with, as a number that another text changes.
std::string code_of_framework(const CourseTools& tools);

}  // namespace tito
