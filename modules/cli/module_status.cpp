// What tito tells a student of where they are: module status, module resume, test --modules.
#include "modules/cli/commands.h"
#include "modules/cli/course/check_copy.h"
#include "modules/cli/course/files.h"
#include "modules/cli/course/progress.h"
#include "modules/cli/process.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace tito {
namespace {

namespace fs = std::filesystem;
using State = Progress::State;

constexpr int kStatusVersion = 1;

std::string describe_export(const Progress& progress) {
  if (!progress.exported) return "-";
  const std::string tested =
      progress.exported->tests > 0 ? fmt::format(", passed {} tests", progress.exported->tests) : "";
  return (progress.export_is_current ? "yours" : "yours, before its last change") + tested;
}

nlohmann::json exercises_of(const Progress& progress) {
  nlohmann::json exercises = nlohmann::json::array();
  for (const Exercise& exercise : progress.module->exercises) {
    nlohmann::json passed;  // null: not known of the code as it is
    if (progress.result) passed = progress.result->has_passed(exercise.id);
    exercises.push_back({{"id", exercise.id}, {"points", exercise.points}, {"passed", passed}});
  }
  return exercises;
}

nlohmann::json export_of(const Progress& progress) {
  if (!progress.exported) return nullptr;
  return {{"current", progress.export_is_current}, {"tests", progress.exported->tests}};
}

void print_json(const Course& course, const std::vector<Progress>& all) {
  nlohmann::json modules = nlohmann::json::array();
  for (const Progress& progress : all) {
    const Module& module = *progress.module;
    modules.push_back({{"module", module.folder_name()},
                       {"number", module.number},
                       {"title", module.title},
                       {"state", name(progress.state)},
                       {"points", progress.result ? nlohmann::json(progress.points()) : nlohmann::json()},
                       {"all_points", module.points()},
                       {"missing", missing_for(all, module)},
                       {"exported", export_of(progress)},
                       {"exercises", exercises_of(progress)}});
  }
  const nlohmann::json json{
      {"version", kStatusVersion}, {"student", course.student().string()}, {"modules", modules}};
  fmt::print("{}\n", json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
}

fs::file_time_type last_change(const Course& course, const Module& module) {
  fs::file_time_type last = fs::file_time_type::min();
  for (const std::string& source : module.sources()) {
    const fs::path file = course.copy_of(module) / source;
    if (fs::exists(file)) last = std::max(last, fs::last_write_time(file));
  }
  return last;
}

/// The copy that changed last of those that are not complete; null if there is none.
const Progress* last_changed(const Course& course, const std::vector<Progress>& all) {
  const Progress* last = nullptr;
  for (const Progress& progress : all) {
    if (progress.state != State::damaged && progress.state != State::unchecked &&
        progress.state != State::started)
      continue;
    if (last == nullptr || last_change(course, *progress.module) > last_change(course, *last->module))
      last = &progress;
  }
  return last;
}

/// The line of the call of todo() for an exercise, from 1; 0 if there is none.
std::size_t line_of_todo(const std::string& text, const Module& module, const Exercise& exercise) {
  const std::size_t offset = text.find(fmt::format("todo(\"{}.{}\")", module.name, exercise.id));
  if (offset == std::string::npos) return 0;
  return 1 + static_cast<std::size_t>(
                 std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(offset), '\n'));
}

/// Where an exercise is: "FILE:LINE" if it is not written yet, else the file.
std::string location_of(const fs::path& copy, const Module& module, const Exercise& exercise) {
  const fs::path file = copy / exercise.source;
  const std::size_t line = line_of_todo(read_text(file), module, exercise);
  return file.string() + (line > 0 ? fmt::format(":{}", line) : "");
}

/// The first exercise that did not pass; of a copy that was not checked, the first that is not written.
const Exercise* next_exercise(const fs::path& copy, const Progress& progress) {
  for (const Exercise& exercise : progress.module->exercises) {
    const std::string text = read_text(copy / exercise.source);
    const bool is_next = progress.result ? !progress.result->has_passed(exercise.id)
                                         : line_of_todo(text, *progress.module, exercise) > 0;
    if (is_next) return &exercise;
  }
  return nullptr;
}

void print_next_of(const Course& course, const Progress& progress) {
  const Module& module = *progress.module;
  const std::string points = progress.result ? std::to_string(progress.points()) : "-";
  fmt::print("{}: {}, {}/{} points\n", module.folder_name(), name(progress.state), points, module.points());
  if (progress.state == State::damaged) {
    fmt::print("{}\n", describe_damage(course, module));
    return;
  }
  const Exercise* const exercise = next_exercise(course.copy_of(module), progress);
  if (exercise != nullptr) {
    fmt::print("next: {} ({} points) in {}\n", exercise->id, exercise->points,
               location_of(course.copy_of(module), module, *exercise));
    fmt::print("read: section \"{}\" of modules/{}/README.md\n", exercise->section, module.folder_name());
  }
  fmt::print("then: `./tito module test {:02}`\n", module.number);
}

/// Nothing is begun and not complete: what to put into the framework, or to start.
void print_next_step(const std::vector<Progress>& all) {
  for (const Progress& progress : all) {
    const Module& module = *progress.module;
    if (progress.state != State::complete || progress.export_is_current) continue;
    fmt::print("{} has all points; `./tito module complete {:02}` lets the framework run on it\n",
               module.folder_name(), module.number);
    return;
  }
  for (const Progress& progress : all) {
    const Module& module = *progress.module;
    if (progress.state != State::open) continue;
    fmt::print("next: {}, {}; `./tito module start {:02}`\n", module.folder_name(), module.title,
               module.number);
    return;
  }
  fmt::print("all modules are complete\n");
}

struct TableRow {
  std::string module;
  const char* state = "";
  std::size_t passed = 0, failed = 0;
  int points = 0, all_points = 0;
};

void print_row(const TableRow& row) {
  fmt::print("{:<20} {:<10} {:>6} {:>6} {:>9}\n", row.module, row.state, row.passed, row.failed,
             fmt::format("{}/{}", row.points, row.all_points));
  std::fflush(stdout);
}

bool has_copy(State state) { return state != State::locked && state != State::open; }

/// Of a damaged copy, each exercise failed.
TableRow test_copy(const Course& course, const Progress& progress) {
  const Module& module = *progress.module;
  TableRow row{.module = module.folder_name(), .state = name(progress.state), .all_points = module.points()};
  if (!has_copy(progress.state)) return row;
  if (progress.state != State::damaged) {
    const ModuleResult result = current_result(course, module, Verbosity::nothing);
    row.points = result.points(module);
    row.passed = static_cast<std::size_t>(std::count_if(
        result.passed.begin(), result.passed.end(), [](const auto& exercise) { return exercise.second; }));
    row.state = name(row.points == row.all_points ? State::complete : State::started);
  }
  row.failed = module.exercises.size() - row.passed;
  return row;
}

}  // namespace

int show_status(const std::string& directory, bool json) {
  const Course course(directory);
  const std::vector<Progress> all = progress_of(course);
  if (json) {
    print_json(course, all);
    return EXIT_SUCCESS;
  }
  fmt::print("{:<20} {:<10} {:>9}  {}\n", "module", "state", "points", "in the framework");
  for (const Progress& progress : all) {
    const std::string points = progress.result ? std::to_string(progress.points()) : "-";
    fmt::print("{:<20} {:<10} {:>9}  {}\n", progress.module->folder_name(), name(progress.state),
               fmt::format("{}/{}", points, progress.module->points()), describe_export(progress));
  }
  return EXIT_SUCCESS;
}

int resume_module(const std::string& directory) {
  const Course course(directory);
  const std::vector<Progress> all = progress_of(course);
  if (const Progress* const progress = last_changed(course, all)) {
    print_next_of(course, *progress);
  } else {
    print_next_step(all);
  }
  return EXIT_SUCCESS;
}

int test_modules(const std::string& directory) {
  const Course course(directory);
  const std::vector<Progress> all = progress_of(course);
  if (std::none_of(all.begin(), all.end(), [](const Progress& each) { return has_copy(each.state); })) {
    fmt::print(stderr, "tito: there are no copies in {}; `./tito module start 01` makes the first\n",
               course.student().string());
    return EXIT_FAILURE;
  }
  const FolderLock lock(course.student());
  fmt::print("{:<20} {:<10} {:>6} {:>6} {:>9}\n", "module", "status", "passed", "failed", "points");
  TableRow total{.module = "total"};
  for (const Progress& progress : progress_of(course)) {
    const TableRow row = test_copy(course, progress);
    print_row(row);
    total.passed += row.passed;
    total.failed += row.failed;
    total.points += row.points;
    total.all_points += row.all_points;
  }
  print_row(total);
  return total.failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace tito
