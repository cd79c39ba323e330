#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "modules/cli/course/gradebook.h"
#include "modules/cli/course/manifest.h"
#include "modules/cli/course/plugin.h"

namespace tito {

/// The modules of which the student handed in something.
std::vector<const Module*> submitted_modules(const std::vector<Module>& modules, const Gradebook& book,
                                             const std::string& student);

/// Whether the grade is of the submission and the checks as they are now.
bool is_current(const CourseTools& tools, const std::vector<Module>& modules, const Gradebook& book,
                const std::string& student, const Grade& grade);

/// Grades a student's submission: compiles each module and runs its exercises, isolated. What was graded
/// before, and has not changed since, is kept. The result is written after each module.
/// @param on_exercise  called before each exercise, as with "03_activations relu"
/// @throws std::runtime_error  this machine cannot isolate; a file cannot be read or written
Grade grade_student(const CourseTools& tools, const std::vector<Module>& modules, const Gradebook& book,
                    const std::string& student, const std::function<void(const std::string&)>& on_exercise);

/// The points of all modules.
int points_of(const std::vector<Module>& modules, const Grade& grade);

}  // namespace tito
