// tito checkpoint: what a student can do, by groups of modules.
#include "modules/cli/commands.h"
#include "modules/cli/course/framework_tests.h"
#include "modules/cli/course/groups.h"
#include "modules/cli/process.h"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>

namespace tito {
namespace {

constexpr const char* kCheckpoints = "checkpoints.json";

void print_missing(const std::vector<std::string>& missing) {
  for (const std::string& line : missing) fmt::print("  {}\n", line);
}

/// The progressive tests of the group's modules, on one backend.
bool passes_on(const Course& course, const ModuleGroup& group, const std::string& backend) {
  std::string filter;
  for (const int number : group.modules) filter += fmt::format("Module{:02}.*:", number);
  filter.pop_back();
  const FrameworkResult run =
      run_framework_tests(course.tools(), {"test_modules", filter, backend},
                          read_exports(course.tools(), course.student()), course.student() / "checkpoints");
  fmt::print("{} ({}): {} passed, {} failed\n", group.name, backend, run.result.passed,
             run.result.failures());
  print_failures(run.result, run.log);
  std::fflush(stdout);
  return run.result.failures() == 0 && run.result.passed > 0;
}

}  // namespace

int show_checkpoints(const std::string& directory) {
  const Course course(directory);
  const std::vector<ModuleGroup> groups = read_groups(course, kCheckpoints);
  if (groups.empty()) fmt::print("{}\n", kNoGroups);
  for (const ModuleGroup& group : groups) {
    const std::vector<std::string> missing = missing_for(course, group);
    fmt::print("{:<12} {}/{} modules  {}\n", group.name, group.modules.size() - missing.size(),
               group.modules.size(), group.title);
    print_missing(missing);
  }
  return EXIT_SUCCESS;
}

int test_checkpoint(const std::string& name, const std::string& directory) {
  const Course course(directory);
  const std::vector<ModuleGroup> groups = read_groups(course, kCheckpoints);
  const ModuleGroup& group = find_group(groups, name);
  const std::vector<std::string> missing = missing_for(course, group);
  if (!missing.empty()) {
    fmt::print("{} stands on modules that are missing:\n", group.name);
    print_missing(missing);
    return EXIT_FAILURE;
  }
  const FolderLock lock(course.student());
  const bool on_cpu = passes_on(course, group, "cpu"), on_cuda = passes_on(course, group, "cuda");
  return on_cpu && on_cuda ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace tito
