#pragma once

#include <optional>
#include <string>
#include <vector>

#include "modules/cli/course/course.h"
#include "modules/cli/course/exports.h"
#include "modules/cli/course/results.h"

namespace tito {

/// How far a student is with a module, by the files that are there.
struct Progress {
  enum class State {
    locked,     ///< not started; a module that it needs is not complete
    open,       ///< not started
    damaged,    ///< a file of the copy is missing
    unchecked,  ///< nothing is recorded of the code as it is
    started,    ///< some points are missing
    complete,   ///< all points are there
  };

  const Module* module = nullptr;
  State state = State::open;
  std::optional<ModuleResult> result = {};  ///< what is recorded of the code as it is
  std::optional<Export> exported = {};      ///< what the framework runs on
  bool export_is_current = false;           ///< it is the code as it is

  int points() const { return result ? result->points(*module) : 0; }
  /// Complete, or in the framework: what the modules that need it ask for.
  bool is_done() const { return state == State::complete || exported.has_value(); }
};

/// "locked", "open" and so on.
const char* name(Progress::State state);

/// All modules of the course, in their order.
std::vector<Progress> progress_of(const Course& course);

/// One of them.
const Progress& find_progress(const std::vector<Progress>& all, int number);

/// What a module that is not done lacks, and the way on: "02_tensor: 20/55 points".
std::string what_is_missing(const Progress& progress);

/// The modules that this one needs and that are not done, each with what it lacks. A release need not have
/// all that it needs: the others count as done.
std::vector<std::string> missing_for(const std::vector<Progress>& all, const Module& module);

}  // namespace tito
