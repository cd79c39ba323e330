#pragma once

#include <string>
#include <vector>

#include "modules/cli/course/gradebook.h"
#include "modules/cli/course/manifest.h"

namespace tito {

/// The numbered items of a lesson's section "Questions", which a person grades.
std::vector<std::string> questions_in(const std::string& lesson);

/// A page for a student: the points, and for each exercise that failed what it did, a hint, and the section
/// to read. HTML that needs no other file and runs no scripts.
/// @param modules   all of the course
/// @param refusals  of the submission
/// @throws std::runtime_error  a lesson cannot be read
std::string feedback_page(const std::string& student, const std::vector<Module>& modules, const Grade& grade,
                          const std::vector<std::string>& refusals);

/// The points as CSV (RFC 4180): a row for each student, a column for each exercise, each module and the
/// total. The modules are those of which someone has handed in something.
std::string points_table(const std::vector<Module>& modules, const std::map<std::string, Grade>& grades);

}  // namespace tito
