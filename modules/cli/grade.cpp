// The commands of the course for instructors.
#include "modules/cli/commands.h"
#include "modules/cli/course/feedback.h"
#include "modules/cli/course/files.h"
#include "modules/cli/course/gradebook.h"
#include "modules/cli/course/grading.h"
#include "modules/cli/course/release.h"
#include "modules/cli/course/submission.h"
#include "modules/cli/course/text.h"
#include "modules/cli/process.h"
#include "modules/cli/programs.h"

#include <fmt/format.h>

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <set>
#include <stdexcept>

namespace tito {
namespace {

namespace fs = std::filesystem;

std::vector<Module> modules_of(const CourseTools& tools) { return read_modules(tools.source / "modules"); }

/// Takes one submission.
/// @throws std::runtime_error  it is refused as a whole
void collect(const fs::path& source, const std::vector<Module>& modules, const Gradebook& book,
             std::set<std::string>& collected) {
  const std::string student = student_of(source);
  if (collected.contains(student)) {
    throw std::runtime_error(
        fmt::format("{} has another submission in this collection; only one can be graded", student));
  }
  const bool replaces = book.has(student);
  const Submission submission = read_submission(source, modules);
  book.keep(student, submission);
  collected.insert(student);
  fmt::print("{}: {} files{}\n", student, submission.files.size(),
             replaces ? ", which replace the earlier submission" : "");
  for (const std::string& refusal : submission.refused) fmt::print("  refused: {}\n", refusal);
}

/// The grades of all students.
/// @throws std::runtime_error  one has no grade, or it is of something else
std::map<std::string, Grade> current_grades(const CourseTools& tools, const std::vector<Module>& modules,
                                            const Gradebook& book) {
  std::map<std::string, Grade> grades;
  for (const std::string& student : book.students()) {
    grades[student] = book.read_grade(student);
    if (!is_current(tools, modules, book, student, grades[student])) {
      throw std::runtime_error(
          fmt::format("{} is not graded as it is now; `./tito grade autograde {}` does that", student,
                      book.folder().string()));
    }
  }
  return grades;
}

/// Waits for other titos in the directory of a class.
/// @throws std::runtime_error  nothing was collected in it
FolderLock lock_class(const Gradebook& book) {
  book.students();  // else the lock would make the directory
  return FolderLock(book.folder());
}

/// On a terminal, one line that says what is being done.
class ProgressLine {
 public:
  void show(const std::string& text) const {
    if (terminal_) fmt::print(stderr, "\r{:.78}\033[K", text);
  }
  void clear() const { show(""); }

 private:
  const bool terminal_ = isatty(STDERR_FILENO) == 1;
};

}  // namespace

int release_modules(const std::vector<std::string>& wanted, const std::string& output) {
  const CourseTools tools = read_course_tools(build_folder());
  const std::vector<Module> all = modules_of(tools);
  std::vector<Module> modules;
  for (const std::string& each : wanted) modules.push_back(find_module(all, each));
  write_release(tools.source, modules, output);
  fmt::print("{} has no solutions; it is what students need for", output);
  for (const Module& module : modules) fmt::print(" {}", module.folder_name());
  fmt::print("\n");
  return EXIT_SUCCESS;
}

int collect_submissions(const std::vector<std::string>& sources, const std::string& directory) {
  const std::vector<Module> modules = modules_of(read_course_tools(build_folder()));
  const Gradebook book(directory);
  const FolderLock locked(book.folder());
  std::set<std::string> collected;
  int exit_code = EXIT_SUCCESS;
  for (const std::string& source : sources) {
    try {
      collect(source, modules, book, collected);
    } catch (const std::runtime_error& error) {
      std::fflush(stdout);
      fmt::print(stderr, "tito: {} is refused: {}\n", printable(source), error.what());
      exit_code = EXIT_FAILURE;
    }
  }
  return exit_code;
}

int autograde(const std::string& directory) {
  const CourseTools tools = read_course_tools(build_folder());
  const std::vector<Module> modules = modules_of(tools);
  const Gradebook book(directory);
  const FolderLock locked = lock_class(book);
  const std::vector<std::string> students = book.students();
  const ProgressLine progress;
  for (std::size_t i = 0; i < students.size(); ++i) {
    bool anything_ran = false;
    const Grade grade = grade_student(tools, modules, book, students[i], [&](const std::string& exercise) {
      anything_ran = true;
      progress.show(fmt::format("{}/{} {}: {}", i + 1, students.size(), students[i], exercise));
    });
    progress.clear();
    int most = 0;
    for (const Module* module : submitted_modules(modules, book, students[i])) most += module->points();
    fmt::print("{}: {}/{} points{}\n", students[i], points_of(modules, grade), most,
               anything_ran ? "" : ", as before");
    std::fflush(stdout);
  }
  return EXIT_SUCCESS;
}

int write_feedback(const std::string& directory) {
  const CourseTools tools = read_course_tools(build_folder());
  const std::vector<Module> modules = modules_of(tools);
  const Gradebook book(directory);
  const FolderLock locked = lock_class(book);
  const std::map<std::string, Grade> grades = current_grades(tools, modules, book);
  for (const auto& [student, grade] : grades) {
    const fs::path page = book.page_of(student);
    fs::create_directories(page.parent_path());
    write_text(page, feedback_page(student, modules, grade, book.refusals_of(student)));
    fmt::print("{}\n", page.string());
  }
  return EXIT_SUCCESS;
}

int export_points(const std::string& directory, const std::string& file) {
  const CourseTools tools = read_course_tools(build_folder());
  const std::vector<Module> modules = modules_of(tools);
  const Gradebook book(directory);
  const FolderLock locked = lock_class(book);
  const std::map<std::string, Grade> grades = current_grades(tools, modules, book);
  write_text(file, points_table(modules, grades));
  fmt::print("{}: {} students\n", file, grades.size());
  return EXIT_SUCCESS;
}

}  // namespace tito
