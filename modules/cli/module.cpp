// The commands of the course for students.
#include "modules/cli/commands.h"
#include "modules/cli/course/check_copy.h"
#include "modules/cli/course/course.h"
#include "modules/cli/course/exports.h"
#include "modules/cli/course/measure.h"
#include "modules/cli/course/progress.h"
#include "modules/cli/course/verify.h"
#include "modules/cli/process.h"
#include "modules/cli/programs.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <optional>

namespace tito {
namespace {

namespace fs = std::filesystem;

/// Where a copy begins.
void print_where_to_begin(const Course& course, const Module& module) {
  const Exercise& first = module.exercises.front();
  fmt::print(
      "{} is yours. Read modules/{}/README.md, begin with {} in {}, then run `./tito module test {:02}`.\n",
      course.copy_of(module).string(), module.folder_name(), first.id, first.source, module.number);
  for (const auto& file : fs::directory_iterator(module.folder)) {
    if (file.path().extension() == ".h")
      fmt::print("Its types and constants are in modules/{}/{}.\n", module.folder_name(),
                 file.path().filename().string());
  }
}

int print_map(const std::vector<Module>& modules) {
  fmt::print(
      "Numbers and names are those of the Python original in September 2025. It has since become twenty\n"
      "modules. Those that have no module of their name here are in:\n\n");
  for (const Module& module : modules)
    fmt::print("{:<20} {}\n", module.folder_name(),
               module.also.empty() ? "-" : fmt::format("{}", fmt::join(module.also, ", ")));
  return EXIT_SUCCESS;
}

}  // namespace

int list_modules(bool map) {
  const Course course("");
  if (map) return print_map(course.modules());
  for (const Module& module : course.modules()) {
    fmt::print("{:<20} {:<40} {:>2} exercises, {:>3} points, {:g} hours\n", module.folder_name(),
               module.title, module.exercises.size(), module.points(), module.hours);
  }
  return EXIT_SUCCESS;
}

int start_module(const std::string& wanted, const std::string& directory, bool anyway) {
  const Course course(directory);
  const Module& module = course.find(wanted);
  const fs::path copy = course.copy_of(module);
  if (fs::exists(copy)) {
    fmt::print(stderr, "tito: {} is there already; `./tito module test {:02}` checks it\n", copy.string(),
               module.number);
    return EXIT_FAILURE;
  }
  const std::vector<std::string> missing = missing_for(progress_of(course), module);
  if (!missing.empty()) {
    fmt::print(stderr, "tito: {} builds on modules that are not complete{}:\n", module.folder_name(),
               anyway ? "" : "; --anyway starts it all the same");
    for (const std::string& line : missing) fmt::print(stderr, "  {}\n", line);
    if (!anyway) return EXIT_FAILURE;
  }
  const FolderLock lock(course.student());
  make_copy(course, module);
  print_where_to_begin(course, module);
  return EXIT_SUCCESS;
}

int reset_module(const std::string& wanted, const std::string& directory) {
  const Course course(directory);
  const Module& module = course.find(wanted);
  course.existing(module);
  const FolderLock lock(course.student());
  fmt::print("your work is kept in {}\n", set_copy_aside(course, module).string());
  make_copy(course, module);
  print_where_to_begin(course, module);
  return EXIT_SUCCESS;
}

int print_path(const std::string& wanted, const std::string& directory) {
  const Course course(directory);
  fmt::print("{}\n", course.existing(course.find(wanted)).string());
  return EXIT_SUCCESS;
}

int test_module(const std::string& wanted, const std::string& directory) {
  const Course course(directory);
  const Module& module = course.find(wanted);
  course.started(module);
  const FolderLock lock(course.student());
  return check_copy(course, module, Verbosity::exercises).points(module) == module.points() ? EXIT_SUCCESS
                                                                                            : EXIT_FAILURE;
}

int export_module(const std::string& wanted, const std::string& directory) {
  const Course course(directory);
  const Module& module = course.find(wanted);
  course.started(module);
  const FolderLock lock(course.student());
  const ModuleResult result = current_result(course, module, Verbosity::exercises);
  if (result.points(module) < module.points()) {
    fmt::print(stderr, "tito: {} is not complete; the framework runs on whole modules only\n",
               module.folder_name());
    return EXIT_FAILURE;
  }
  const Candidate candidate = build_candidate(course.tools(), module, course.student(), result.code);
  if (!candidate.errors.empty()) {
    fmt::print("{}\n", first_error(candidate.errors));
    return EXIT_FAILURE;
  }
  install(course.student(), candidate.plugins);
  fmt::print("{}", how_to_run(course.tools(), course.student()));
  return EXIT_SUCCESS;
}

namespace {

/// Measures and prints what the module has of this kind.
/// @return  whether everything could be measured; nothing if there is nothing of the kind
std::optional<bool> measure(const Course& course, const Module& module, MeasureKind kind) {
  const fs::path copy = course.copy_of(module), build = copy / "build";
  const std::optional<Plugin> plugin = build_measured(course.tools(), module, kind, copy, build);
  if (!plugin) return {};
  if (!plugin->ok()) {
    fmt::print("{}\n", first_error(plugin->errors));
    return false;
  }
  bool ok = true;
  for (const Exercise& exercise : module.exercises) {
    if (exercise.on_device() != (kind == MeasureKind::counters)) continue;
    const ExerciseResult result = measure_exercise(course.tools(), module, exercise, kind, *plugin, build);
    if (result.checks.empty() && result.fault.empty()) continue;
    for (const CheckResult& each : result.checks)
      fmt::print("{}, {}\n{}{}", exercise.id, each.name, table_of(each.measurements), table_of(each.kernels));
    if (!result.passed()) print_failure(module, exercise, result);
    std::fflush(stdout);
    ok = ok && result.passed();
  }
  return ok;
}

}  // namespace

int measure_module(const std::string& wanted, const std::string& directory) {
  const Course course(directory);
  const Module& module = course.find(wanted);
  course.started(module);
  const FolderLock lock(course.student());
  const std::optional<bool> times = measure(course, module, MeasureKind::times),
                            counts = measure(course, module, MeasureKind::counters);
  if (!times && !counts) {
    fmt::print(stderr, "tito: nothing of {} is measured\n", module.folder_name());
    return EXIT_FAILURE;
  }
  return times.value_or(true) && counts.value_or(true) ? EXIT_SUCCESS : EXIT_FAILURE;
}

int verify_modules(const std::string& wanted) {
  const Course course("");
  std::vector<Module> modules = course.modules();
  if (!wanted.empty()) modules = {course.find(wanted)};
  const fs::path folder = course.tools().folder / "verify";
  const FolderLock lock(folder);
  bool ok = true;
  fmt::print("{:<20} {:>9} {:>10} {:>10} {:>10}\n", "module", "solved", "untouched", "alone", "mistakes");
  verify(course.tools(), modules, folder, [&](const Module& module, const Verification& result) {
    std::size_t mistakes = 0;
    for (const Exercise& exercise : module.exercises) mistakes += exercise.mistakes.size();
    const std::size_t exercises = module.exercises.size();
    const auto share = [](int number, std::size_t all) { return fmt::format("{}/{}", number, all); };
    fmt::print("{:<20} {:>9} {:>10} {:>10} {:>10}\n", module.folder_name(), share(result.solved, exercises),
               share(result.untouched, exercises), share(result.alone, exercises),
               share(result.diagnosed, mistakes));
    for (const std::string& problem : result.problems) fmt::print("  {}\n", problem);
    std::fflush(stdout);
    ok = ok && result.ok();
  });
  return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}

void run_on_exports(bool cuda) {
  const fs::path description = build_folder() / "course" / "course.json";
  if (!fs::exists(description) || std::getenv("TINYTORCH_PLUGINS") != nullptr) return;
  const CourseTools tools = read_course_tools(build_folder());
  const std::vector<Export> exports = read_exports(tools, tools.source / "student");
  const std::string variable = plugins_variable(exports, cuda);
  if (variable.empty()) return;
  setenv("TINYTORCH_PLUGINS", variable.c_str(), 1);
  std::string names;
  for (const Export& each : exports) names += ' ' + each.module;
  fmt::print(stderr, "tito: with your modules:{}\n", names);
}

}  // namespace tito
