// The commands of the course for students.
#include "modules/cli/commands.h"
#include "modules/cli/course/cut.h"
#include "modules/cli/course/exercise_run.h"
#include "modules/cli/course/exports.h"
#include "modules/cli/course/files.h"
#include "modules/cli/course/results.h"
#include "modules/cli/course/verify.h"
#include "modules/cli/programs.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>

namespace tito {
namespace {

namespace fs = std::filesystem;

/// The course, and a student's copies.
class Course {
 public:
  explicit Course(const std::string& directory)
      : tools_(read_course_tools(build_folder())),
        modules_(read_modules(tools_.source / "modules")),
        student_(directory.empty() ? tools_.source / "student" : fs::path(directory)) {}

  const CourseTools& tools() const { return tools_; }
  const std::vector<Module>& modules() const { return modules_; }
  const fs::path& student() const { return student_; }
  const Module& find(const std::string& wanted) const { return find_module(modules_, wanted); }
  fs::path copy_of(const Module& module) const { return student_ / module.folder_name(); }

  /// The copy.
  /// @throws std::runtime_error  it is not there
  fs::path started(const Module& module) const {
    if (!fs::exists(copy_of(module))) {
      throw std::runtime_error(fmt::format("there is no {}; `tito module start {:02}` makes it",
                                           copy_of(module).string(), module.number));
    }
    return copy_of(module);
  }

  std::string code(const Module& module) const { return code_of(tools_, module, copy_of(module)); }

 private:
  CourseTools tools_;
  std::vector<Module> modules_;
  fs::path student_;
};

void print_where_to_read(const Module& module, const Exercise& exercise) {
  fmt::print("    read: section \"{}\" of modules/{}/README.md\n", exercise.section, module.folder_name());
}

void print_failure(const Module& module, const Exercise& exercise, const ExerciseResult& result) {
  const CheckResult* const failure = result.failure();
  if (failure != nullptr && !failure->todo.empty()) {
    fmt::print("    to write: {} in {}\n", failure->todo, exercise.source);
    return print_where_to_read(module, exercise);
  }
  if (failure == nullptr) {
    fmt::print("    {}\n", result.fault);
    return print_where_to_read(module, exercise);
  }
  fmt::print("    {}: {}\n", failure->name, failure->message);
  for (const Check& check : exercise.checks) {
    if (check.name == failure->name) fmt::print("    hint: {}\n", check.hint);
  }
  print_where_to_read(module, exercise);
}

/// The first error of the compiler, with the lines that show it.
void print_errors(const std::string& errors) {
  constexpr int kLines = 6;
  const std::size_t first = errors.find("error:");
  const std::size_t begin = first == std::string::npos ? 0 : errors.rfind('\n', first) + 1;
  std::size_t end = begin;
  for (int i = 0; i < kLines && end != std::string::npos; ++i) end = errors.find('\n', end + 1);
  fmt::print("{}\n", errors.substr(begin, end - begin));
}

/// Checks a copy, prints each exercise as it ends, and records the result.
/// @return  the points
int check_copy(const Course& course, const Module& module) {
  const fs::path copy = course.started(module), build = copy / "build";
  const std::string code = course.code(module);
  const ModulePlugins plugins = build_plugins(course.tools(), module, copy, build);
  for (const Plugin* plugin : {&plugins.host, &plugins.memory}) {
    if (!plugin->ok()) print_errors(plugin->errors);
  }
  ModuleResult result{.code = code, .passed = {}};
  for (const Exercise& exercise : module.exercises) {
    const ExerciseResult run = run_exercise(course.tools(), module, exercise, plugins, build);
    result.passed[exercise.id] = run.passed();
    fmt::print("{:<24} {:>2}/{}\n", exercise.id, run.passed() ? exercise.points : 0, exercise.points);
    if (!run.passed()) print_failure(module, exercise, run);
    std::fflush(stdout);
  }
  Results results = read_results(course.student());
  results[module.folder_name()] = result;
  write_results(course.student(), results);
  fmt::print("{}: {}/{} points\n", module.folder_name(), result.points(module), module.points());
  return result.points(module);
}

/// The points of the copy as it is: recorded, or measured now.
int current_points(const Course& course, const Module& module) {
  const Results results = read_results(course.student());
  const auto found = results.find(module.folder_name());
  if (found != results.end() && found->second.code == course.code(module))
    return found->second.points(module);
  return check_copy(course, module);
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

int start_module(const std::string& wanted, const std::string& directory) {
  const Course course(directory);
  const Module& module = course.find(wanted);
  const fs::path copy = course.copy_of(module);
  if (fs::exists(copy)) {
    fmt::print(stderr, "tito: {} is there already; `tito module test {:02}` checks it\n", copy.string(),
               module.number);
    return EXIT_FAILURE;
  }
  fs::create_directories(copy);
  for (const std::string& source : module.sources())
    write_text(copy / source, cut(read_text(module.folder / source), module.name));
  const Exercise& first = module.exercises.front();
  fmt::print(
      "{} is yours. Read modules/{}/README.md, begin with {} in {}, then run `tito module test {:02}`.\n",
      copy.string(), module.folder_name(), first.id, first.source, module.number);
  return EXIT_SUCCESS;
}

int test_module(const std::string& wanted, const std::string& directory) {
  const Course course(directory);
  const Module& module = course.find(wanted);
  return check_copy(course, module) == module.points() ? EXIT_SUCCESS : EXIT_FAILURE;
}

int export_module(const std::string& wanted, const std::string& directory) {
  const Course course(directory);
  const Module& module = course.find(wanted);
  course.started(module);
  if (!module.can_be_exported()) {
    fmt::print(stderr, "tito: {} replaces nothing in the framework yet\n", module.folder_name());
    return EXIT_FAILURE;
  }
  if (current_points(course, module) < module.points()) {
    fmt::print(stderr, "tito: {} is not complete; the framework runs on whole modules only\n",
               module.folder_name());
    return EXIT_FAILURE;
  }
  const std::string errors = export_module(course.tools(), module, course.student(), course.code(module));
  if (!errors.empty()) {
    print_errors(errors);
    return EXIT_FAILURE;
  }
  fmt::print("`tito run`, `tito test` and `tito ops --providers` now run on your {}\n", module.folder_name());
  return EXIT_SUCCESS;
}

int show_status(const std::string& directory) {
  const Course course(directory);
  const Results results = read_results(course.student());
  const std::vector<Export> exports = read_exports(course.student());
  fmt::print("{:<20} {:<10} {:>9}  {}\n", "module", "state", "points", "in the framework");
  for (const Module& module : course.modules()) {
    const bool started = fs::exists(course.copy_of(module));
    const std::string code = started ? course.code(module) : "";
    const auto result = results.find(module.folder_name());
    const bool current = result != results.end() && result->second.code == code;
    const auto exported = std::find_if(exports.begin(), exports.end(), [&](const Export& each) {
      return each.module == module.folder_name();
    });
    const int points = current ? result->second.points(module) : 0;
    const char* const state = !started                    ? "open"
                              : !current                  ? "unchecked"
                              : points == module.points() ? "complete"
                                                          : "started";
    fmt::print("{:<20} {:<10} {:>9}  {}\n", module.folder_name(), state,
               current ? fmt::format("{}/{}", points, module.points()) : fmt::format("-/{}", module.points()),
               exported == exports.end() ? "-"
               : exported->code == code  ? "yours"
                                         : "yours, before its last change");
  }
  return EXIT_SUCCESS;
}

int verify_modules(const std::string& wanted) {
  const Course course("");
  std::vector<Module> modules = course.modules();
  if (!wanted.empty()) modules = {course.find(wanted)};
  bool ok = true;
  fmt::print("{:<20} {:>9} {:>10} {:>10} {:>10}\n", "module", "solved", "untouched", "alone", "mistakes");
  for (const Module& module : modules) {
    const Verification result = verify_module(course.tools(), module);
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
  }
  return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}

void run_on_exports(bool cuda) {
  const fs::path description = build_folder() / "course" / "course.json";
  if (!fs::exists(description) || std::getenv("TINYTORCH_PLUGINS") != nullptr) return;
  const std::vector<Export> exports = read_exports(read_course_tools(build_folder()).source / "student");
  const std::string variable = plugins_variable(exports, cuda);
  if (variable.empty()) return;
  setenv("TINYTORCH_PLUGINS", variable.c_str(), 1);
  std::string names;
  for (const Export& each : exports) names += ' ' + each.module;
  fmt::print(stderr, "tito: with your modules:{}\n", names);
}

}  // namespace tito
