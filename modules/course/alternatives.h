#pragma once

namespace tinytorch::course {

/// Which text of a region runs, in a source that with_alternatives() of modules/cli/course/cut.h made. The
/// environment variable COURSE_ALTERNATIVES says so, as "relu,sigmoid:1=sigmoid_overflows": of each exercise
/// that it names the solution, and in region 1 of sigmoid the mistake of this name. "*" names all exercises
/// that it does not name itself.
/// @param name  of a mistake; empty: the solution
bool chosen(const char* exercise, int region, const char* name);

}  // namespace tinytorch::course
