#pragma once

#include <filesystem>
#include <vector>

#include "modules/cli/course/manifest.h"
#include "modules/cli/course/plugin.h"

namespace tito {

/// Students get the lessons; instructors the solutions and the rubrics as well, to print.
enum class Readers { students, instructors };

/// Makes the lessons of all modules as static pages: index.html, and for each module NN_name/index.html with
/// its figures beside. Links to sources lead to those of the repository. Pages that were there are replaced.
/// @param folder  does not exist yet, is empty, or has such pages
/// @throws std::runtime_error  it holds something else, a file cannot be read or written, or a lesson links
/// to a
///                             file that does not exist
void write_pages(const CourseTools& tools, const std::vector<Module>& modules,
                 const std::filesystem::path& folder, Readers readers);

/// Where write_pages() puts the page of a module.
std::filesystem::path page_of(const Module& module, const std::filesystem::path& folder);

}  // namespace tito
