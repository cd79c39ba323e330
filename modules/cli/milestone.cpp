// tito milestone: steps in the history of the field, on a student's own modules.
#include "modules/cli/commands.h"
#include "modules/cli/course/exports.h"
#include "modules/cli/course/groups.h"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace tito {
namespace {

constexpr const char* kMilestones = "milestones.json";

/// The capstone is of no year.
std::string year_of(const ModuleGroup& milestone) {
  return milestone.year == 0 ? "now" : std::to_string(milestone.year);
}

std::string names_of_modules(const Course& course, const ModuleGroup& milestone) {
  std::string names;
  for (const int number : milestone.modules)
    names += (names.empty() ? "" : ", ") + course.find(std::to_string(number)).folder_name();
  return names;
}

}  // namespace

int list_milestones() {
  const Course course("");
  const std::vector<ModuleGroup> milestones = read_groups(course, kMilestones);
  if (milestones.empty()) fmt::print("{}\n", kNoGroups);
  for (const ModuleGroup& milestone : milestones)
    fmt::print("{:<4}  {:<12} {}\n", year_of(milestone), milestone.name, milestone.title);
  return EXIT_SUCCESS;
}

int show_milestone(const std::string& name) {
  const Course course("");
  const std::vector<ModuleGroup> milestones = read_groups(course, kMilestones);
  const ModuleGroup& milestone = find_group(milestones, name);
  fmt::print("{}, {}\n{}\n", milestone.name, year_of(milestone), milestone.title);
  fmt::print("it stands on {}\n", names_of_modules(course, milestone));
  fmt::print("examples/milestones/{0}.cpp is the program; `./tito milestone run {0}` runs it\n",
             milestone.name);
  return EXIT_SUCCESS;
}

int show_milestones(const std::string& directory) {
  const Course course(directory);
  const std::vector<ModuleGroup> milestones = read_groups(course, kMilestones);
  if (milestones.empty()) fmt::print("{}\n", kNoGroups);
  for (const ModuleGroup& milestone : milestones) {
    const std::vector<std::string> missing = missing_for(course, milestone);
    fmt::print("{:<4}  {:<12} {}\n", year_of(milestone), milestone.name,
               missing.empty() ? "ready" : "not yet");
    for (const std::string& line : missing) fmt::print("      {}\n", line);
  }
  return EXIT_SUCCESS;
}

int run_milestone(const MilestoneOptions& options) {
  const Course course(options.directory);
  const std::vector<ModuleGroup> milestones = read_groups(course, kMilestones);
  const ModuleGroup& milestone = find_group(milestones, options.name);
  const std::vector<std::string> missing = missing_for(course, milestone);
  if (!missing.empty()) {
    fmt::print("{} runs on your own modules, and these are missing:\n", milestone.name);
    for (const std::string& line : missing) fmt::print("  {}\n", line);
    return EXIT_FAILURE;
  }
  const std::vector<Export> exports = read_exports(course.tools(), course.student());
  fmt::print("the framework runs with your");
  for (const Export& each : exports) fmt::print(" {}", each.module);
  fmt::print("\n");
  std::fflush(stdout);
  setenv("TINYTORCH_PLUGINS", plugins_variable(exports, true).c_str(), 1);
  std::vector<std::string> arguments{milestone.name, "--backend", "cpu"};
  if (options.quick) arguments.emplace_back("--quick");
  if (!options.data.empty()) arguments.insert(arguments.end(), {"--data", options.data});
  if (!options.text.empty()) arguments.insert(arguments.end(), {"--text", options.text});
  return run_example("milestones", arguments);
}

}  // namespace tito
