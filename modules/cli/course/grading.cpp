#include "modules/cli/course/grading.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "modules/cli/course/cut.h"
#include "modules/cli/course/exercise_run.h"
#include "modules/cli/course/files.h"
#include "modules/cli/course/isolation.h"

namespace tito {
namespace {

namespace fs = std::filesystem;

/// The submitted files, and the untouched ones for those that are missing, to compile them together.
void write_copy(const Module& module, const fs::path& submission, const fs::path& copy) {
  fs::create_directories(copy);
  for (const std::string& source : module.sources()) {
    const fs::path submitted = submission / source;
    write_text(copy / source, fs::exists(submitted) ? read_text(submitted)
                                                    : cut(read_text(module.folder / source), module.name));
  }
}

/// The compiler's first errors, with files as the student knows them.
std::string errors_of(const ModulePlugins& plugins, const fs::path& copy) {
  std::string errors = first_errors(plugins);
  const std::string folder = copy.string() + '/';
  for (std::size_t at = 0; (at = errors.find(folder, at)) != std::string::npos;)
    errors.erase(at, folder.size());
  return errors;
}

ModuleGrade grade_module(const CourseTools& tools, const Module& module, const fs::path& submission,
                         const fs::path& copy, const std::function<void(const std::string&)>& on_exercise) {
  write_copy(module, submission, copy);
  on_exercise(module.folder_name() + " compiles");
  const ModulePlugins plugins = build_plugins(tools, module, copy, copy / "build");
  ModuleGrade grade{.result = {.code = code_of(tools, module, submission), .passed = {}},
                    .errors = errors_of(plugins, copy)};
  for (const Exercise& exercise : module.exercises) {
    if (!fs::exists(submission / exercise.source)) {
      grade.result.failures[exercise.id] = {.check = "", .message = exercise.source + " was not handed in"};
      continue;
    }
    on_exercise(module.folder_name() + ' ' + exercise.id);
    const ExerciseResult result = run_exercise(tools, module, exercise, plugins, copy / "build");
    grade.result.passed[exercise.id] = result.passed();
    if (!result.passed()) grade.result.failures[exercise.id] = failure_of(result);
  }
  return grade;
}

}  // namespace

std::vector<const Module*> submitted_modules(const std::vector<Module>& modules, const Gradebook& book,
                                             const std::string& student) {
  std::vector<const Module*> submitted;
  for (const Module& module : modules) {
    if (fs::exists(book.submission_of(student) / module.folder_name())) submitted.push_back(&module);
  }
  return submitted;
}

bool is_current(const CourseTools& tools, const std::vector<Module>& modules, const Gradebook& book,
                const std::string& student, const Grade& grade) {
  const std::vector<const Module*> submitted = submitted_modules(modules, book, student);
  for (const Module* module : submitted) {
    const auto graded = grade.find(module->folder_name());
    const fs::path folder = book.submission_of(student) / module->folder_name();
    if (graded == grade.end() || graded->second.result.code != code_of(tools, *module, folder)) return false;
  }
  return grade.size() == submitted.size();
}

Grade grade_student(const CourseTools& tools, const std::vector<Module>& modules, const Gradebook& book,
                    const std::string& student, const std::function<void(const std::string&)>& on_exercise) {
  if (!can_isolate()) {
    throw std::runtime_error(
        "submissions are run isolated only: install bubblewrap, and let it make namespaces "
        "(`bwrap --ro-bind / / --unshare-all true` must work)");
  }
  const auto sees = [&](const fs::path& folder) { return is_below(book.folder(), folder); };
  if (is_of_the_system(book.folder()) || std::any_of(tools.toolchain.begin(), tools.toolchain.end(), sees)) {
    throw std::runtime_error(fmt::format(
        "{} is in a folder that programs need to run, so that submissions would see each other; move it",
        book.folder().string()));
  }
  const Grade before = book.read_grade(student);
  fs::remove_all(book.build());  // also what an interruption left of another student
  Grade grade;
  for (const Module* module : submitted_modules(modules, book, student)) {
    const std::string name = module->folder_name();
    const fs::path submission = book.submission_of(student) / name;
    const auto graded = before.find(name);
    grade[name] = graded != before.end() && graded->second.result.code == code_of(tools, *module, submission)
                      ? graded->second
                      : grade_module(tools, *module, submission, book.build() / name, on_exercise);
    Grade known = before;  // of the modules that follow, what an interruption would lose
    for (const auto& [done, result] : grade) known[done] = result;
    book.write_grade(student, known);
  }
  book.write_grade(student, grade);
  fs::remove_all(book.build());
  return grade;
}

int points_of(const std::vector<Module>& modules, const Grade& grade) {
  int points = 0;
  for (const Module& module : modules) {
    const auto graded = grade.find(module.folder_name());
    if (graded != grade.end()) points += graded->second.result.points(module);
  }
  return points;
}

}  // namespace tito
