#include "modules/cli/course/check_copy.h"

#include <fmt/format.h>

#include <cstdio>
#include <stdexcept>

#include "modules/cli/course/exercise_run.h"
#include "modules/cli/course/isolation.h"

namespace tito {
namespace {

namespace fs = std::filesystem;

void print_where_to_read(const Module& module, const Exercise& exercise) {
  fmt::print("    read: section \"{}\" of modules/{}/README.md\n", exercise.section, module.folder_name());
}

}  // namespace

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

namespace {

void print_exercise(const Module& module, const Exercise& exercise, const ExerciseResult& result) {
  fmt::print("{:<24} {:>2}/{}\n", exercise.id, result.passed() ? exercise.points : 0, exercise.points);
  if (!result.passed()) print_failure(module, exercise, result);
  std::fflush(stdout);
}

/// @throws std::runtime_error  the copy is not this code any more
void expect_unchanged(const Course& course, const Module& module, const std::string& code) {
  if (course.code(module) != code)
    throw std::runtime_error(
        fmt::format("{} changed while it was checked; check it again", module.folder_name()));
}

/// Compiles the copy, and says which code it was.
ModulePlugins compile(const Course& course, const Module& module, std::string& code) {
  const fs::path copy = course.started(module);
  code = course.code(module);
  ModulePlugins plugins = build_plugins(course.tools(), module, copy, copy / "build");
  expect_unchanged(course, module, code);
  return plugins;
}

}  // namespace

ModuleResult check_copy(const Course& course, const Module& module, Verbosity verbosity) {
  ModuleResult result;
  const ModulePlugins plugins = compile(course, module, result.code);
  const bool prints = verbosity == Verbosity::exercises;
  const std::string errors = first_errors(plugins);
  if (prints && !errors.empty()) fmt::print("{}\n", errors);
  if (prints && !can_isolate())
    fmt::print(stderr, "tito: nothing isolates your code here; see `tito system doctor`\n");
  for (const Exercise& exercise : module.exercises) {
    const ExerciseResult run =
        run_exercise(course.tools(), module, exercise, plugins, course.copy_of(module) / "build");
    result.passed[exercise.id] = run.passed();
    if (!run.passed()) result.failures[exercise.id] = failure_of(run);
    if (prints) print_exercise(module, exercise, run);
  }
  expect_unchanged(course, module, result.code);
  record(course, module, result);
  if (prints) fmt::print("{}: {}/{} points\n", module.folder_name(), result.points(module), module.points());
  return result;
}

ModuleResult current_result(const Course& course, const Module& module, Verbosity verbosity) {
  course.started(module);
  const Results results = read_results(course.student());
  const auto found = results.find(module.folder_name());
  if (found != results.end() && found->second.code == course.code(module)) return found->second;
  return check_copy(course, module, verbosity);
}

void record(const Course& course, const Module& module, const ModuleResult& result) {
  Results results = read_results(course.student());
  results[module.folder_name()] = result;
  write_results(course.student(), results);
}

}  // namespace tito
