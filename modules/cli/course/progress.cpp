#include "modules/cli/course/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace tito {
namespace {

namespace fs = std::filesystem;
using State = Progress::State;

Progress progress_of_module(const Course& course, const Module& module, const Results& results,
                            const std::vector<Export>& exports) {
  Progress progress{.module = &module};
  const auto exported = std::find_if(exports.begin(), exports.end(),
                                     [&](const Export& each) { return each.module == module.folder_name(); });
  if (exported != exports.end()) progress.exported = *exported;
  if (!fs::exists(course.copy_of(module))) return progress;
  if (!course.has_all_files(module)) {
    progress.state = State::damaged;
    return progress;
  }
  const std::string code = course.code(module);
  progress.export_is_current = progress.exported && progress.exported->code == code;
  const auto result = results.find(module.folder_name());
  if (result != results.end() && result->second.code == code) progress.result = result->second;
  progress.state = !progress.result                       ? State::unchecked
                   : progress.points() == module.points() ? State::complete
                                                          : State::started;
  return progress;
}

}  // namespace

const char* name(State state) {
  switch (state) {
    case State::locked:
      return "locked";
    case State::open:
      return "open";
    case State::damaged:
      return "damaged";
    case State::unchecked:
      return "unchecked";
    case State::started:
      return "started";
    case State::complete:
      break;
  }
  return "complete";
}

std::vector<Progress> progress_of(const Course& course) {
  const Results results = read_results(course.student());
  const std::vector<Export> exports = read_exports(course.tools(), course.student());
  std::vector<Progress> all;
  for (const Module& module : course.modules())
    all.push_back(progress_of_module(course, module, results, exports));
  for (Progress& progress : all) {
    if (progress.state == State::open && !missing_for(all, *progress.module).empty())
      progress.state = State::locked;
  }
  return all;
}

const Progress& find_progress(const std::vector<Progress>& all, int number) {
  const auto found = std::find_if(all.begin(), all.end(),
                                  [&](const Progress& each) { return each.module->number == number; });
  if (found == all.end()) throw std::runtime_error(fmt::format("there is no module {:02}", number));
  return *found;
}

std::string what_is_missing(const Progress& needed) {
  const std::string module = needed.module->folder_name();
  const int number = needed.module->number;
  switch (needed.state) {
    case State::locked:
    case State::open:
      return fmt::format("{}: not started; `./tito module start {:02}` does so", module, number);
    case State::damaged:
      return fmt::format("{}: a file is missing; `./tito module reset {:02}` makes a new copy", module,
                         number);
    case State::unchecked:
      return fmt::format("{}: not checked; `./tito module test {:02}` does so", module, number);
    case State::started:
    case State::complete:
      break;
  }
  return fmt::format("{}: {}/{} points", module, needed.points(), needed.module->points());
}

std::vector<std::string> missing_for(const std::vector<Progress>& all, const Module& module) {
  std::vector<std::string> missing;
  for (const Progress& needed : all) {
    const std::vector<int>& needs = module.needs;
    if (std::find(needs.begin(), needs.end(), needed.module->number) == needs.end()) continue;
    if (!needed.is_done()) missing.push_back(what_is_missing(needed));
  }
  return missing;
}

}  // namespace tito
