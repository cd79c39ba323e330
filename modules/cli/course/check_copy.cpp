#include "modules/cli/course/check_copy.h"

#include <fmt/format.h>

#include <csignal>
#include <cstdio>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

#include "modules/cli/course/exercise_run.h"
#include "modules/cli/course/isolation.h"

namespace tito {
namespace {

namespace fs = std::filesystem;

void print_where_to_read(const Module& module, const Exercise& exercise) {
  fmt::print("    read: section \"{}\" of modules/{}/README.md\n", exercise.section, module.folder_name());
}

std::string indented(const std::string& text) {
  std::string lines;
  for (const char c : text) lines += c == '\n' ? std::string("\n      ") : std::string(1, c);
  return lines;
}

/// What to look for, whatever the check is about; empty if there was no fault.
std::string hint_for_fault(const std::string& fault) {
  const std::initializer_list<std::pair<const char*, const char*>> hints{
      {"an endless loop?",
       "What has to become false for the loop to end, and which line of it brings that nearer?"},
      {"-overflow",
       "Which index is it, and how many elements are there? The last one is at their number less 1."},
      {"after the end of the block", "Which index does the thread use, and how many elements are there?"},
      {"before the start of the block", "Which index does the thread use? The first element is at 0."},
      {"SEGV", "A pointer does not lead to memory that this code may use: is it null, or of another device?"},
      {"use-after", "The memory was given back before: who owns it, and for how long?"}};
  if (fault.find("stack-overflow") != std::string::npos)
    return "A function that calls itself needs a case in which it does not.";
  for (const auto& [part, hint] : hints) {
    if (fault.find(part) != std::string::npos) return hint;
  }
  return "";
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
  fmt::print("    {}: {}\n", failure->name, indented(failure->message));
  const std::string general = hint_for_fault(result.fault);
  if (!general.empty()) fmt::print("    hint: {}\n", general);
  for (const Check& check : exercise.checks) {
    if (check.name == failure->name)
      fmt::print("    {}: {}\n", general.empty() ? "hint" : "hint of the check", check.hint);
  }
  print_where_to_read(module, exercise);
}

namespace {

/// In its lifetime a reader of the output who goes, such as head, does not end the program.
class OutputMayEnd {
 public:
  OutputMayEnd() {
    struct sigaction ignore {};
    ignore.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &ignore, &before_);
  }
  ~OutputMayEnd() { sigaction(SIGPIPE, &before_, nullptr); }
  OutputMayEnd(const OutputMayEnd&) = delete;
  OutputMayEnd& operator=(const OutputMayEnd&) = delete;

 private:
  struct sigaction before_ {};
};

void print_exercise(const Module& module, const Exercise& exercise, const ExerciseResult& result) {
  fmt::print("{:<24} {:>2}/{}\n", exercise.id, result.passed() ? exercise.points : 0, exercise.points);
  const bool compiles = result.fault != kDoesNotCompile;  // which was said once, with the error
  if (compiles && !result.passed()) print_failure(module, exercise, result);
  std::fflush(stdout);
}

/// The same until nobody reads it any more.
/// @return  whether somebody does
bool try_to_print_exercise(const Module& module, const Exercise& exercise, const ExerciseResult& result) {
  const OutputMayEnd output_may_end;
  try {
    print_exercise(module, exercise, result);
    return true;
  } catch (const std::system_error&) {
    return false;  // the results count all the same
  }
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
  bool prints = verbosity == Verbosity::exercises;
  const std::string errors = first_errors(plugins);
  if (prints && !errors.empty()) fmt::print("{}\n", errors);
  if (prints && !can_isolate())
    fmt::print(stderr, "tito: nothing isolates your code here; see `./tito system doctor`\n");
  for (const Exercise& exercise : module.exercises) {
    const ExerciseResult run =
        run_exercise(course.tools(), module, exercise, plugins, course.copy_of(module) / "build");
    result.passed[exercise.id] = run.passed();
    if (!run.passed()) result.failures[exercise.id] = failure_of(run);
    prints = prints && try_to_print_exercise(module, exercise, run);
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
