#include "modules/cli/course/results.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>
#include <system_error>
#include <vector>

#include "modules/cli/course/files.h"

namespace tito {
namespace {

constexpr int kVersion = 2;

nlohmann::json to_json(const std::map<std::string, Failure>& failures) {
  nlohmann::json json = nlohmann::json::object();
  for (const auto& [name, failure] : failures)
    json[name] = {{"check", failure.check}, {"message", failure.message}, {"is_todo", failure.is_todo}};
  return json;
}

std::map<std::string, Failure> read_failures(const nlohmann::json& json) {
  std::map<std::string, Failure> failures;
  for (const auto& [name, failure] : json.items())
    failures[name] = {
        .check = failure.at("check"), .message = failure.at("message"), .is_todo = failure.at("is_todo")};
  return failures;
}

/// Of their names and texts; a file may be missing.
std::string hash_of_files(const std::vector<std::filesystem::path>& files) {
  std::string text;
  for (const std::filesystem::path& file : files)
    text += file.filename().string() + '\0' + (std::filesystem::exists(file) ? read_text(file) : "") + '\0';
  return hash_of(text);
}

/// The files of a folder that decide on a result, sorted; not the solutions.
std::vector<std::filesystem::path> deciding_files(const std::filesystem::path& folder) {
  const std::set<std::string> extensions{".h", ".cpp", ".cu", ".json"};
  std::vector<std::filesystem::path> files;
  std::error_code missing;
  for (const auto& entry : std::filesystem::directory_iterator(folder, missing)) {
    const std::filesystem::path& file = entry.path();
    if (entry.is_regular_file() && extensions.contains(file.extension().string()) &&
        !file.stem().string().ends_with("_dev"))
      files.push_back(file);
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

Failure failure_of(const ExerciseResult& result) {
  const CheckResult* const failure = result.failure();
  if (failure == nullptr) return {.check = "", .message = result.fault};
  if (failure->todo.empty()) return {.check = failure->name, .message = failure->message};
  return {.check = failure->name, .message = failure->todo + " is not written yet", .is_todo = true};
}

bool ModuleResult::has_passed(const std::string& exercise) const {
  const auto found = passed.find(exercise);
  return found != passed.end() && found->second;
}

int ModuleResult::points(const Module& module) const {
  int points = 0;
  for (const Exercise& exercise : module.exercises) {
    if (has_passed(exercise.id)) points += exercise.points;
  }
  return points;
}

nlohmann::json json_of(const ModuleResult& result) {
  return {{"code", result.code},
          {"passed", result.passed},
          {"failures", to_json(result.failures)},
          {"integration", to_json(result.integration)}};
}

ModuleResult module_result_of(const nlohmann::json& json) {
  return {.code = json.at("code"),
          .passed = json.at("passed"),
          .failures = read_failures(json.at("failures")),
          .integration = read_failures(json.at("integration"))};
}

Results read_results(const std::filesystem::path& student) {
  const std::filesystem::path file = student / "results.json";
  if (!std::filesystem::exists(file)) return {};
  try {
    const nlohmann::json json = nlohmann::json::parse(read_text(file));
    if (json.at("version") != kVersion)
      throw std::runtime_error(fmt::format("it is of version {}", json.at("version").dump()));
    Results results;
    for (const auto& [name, module] : json.at("modules").items()) results[name] = module_result_of(module);
    return results;
  } catch (const std::exception& error) {
    const std::filesystem::path kept = student / "results.json.damaged";
    std::filesystem::rename(file, kept);
    fmt::print(stderr,
               "tito: {} cannot be read ({}); it is kept as {}, and `./tito test --modules` checks all "
               "copies again\n",
               file.string(), error.what(), kept.filename().string());
    return {};
  }
}

void write_results(const std::filesystem::path& student, const Results& results) {
  nlohmann::json modules = nlohmann::json::object();
  for (const auto& [name, module] : results) modules[name] = json_of(module);
  const nlohmann::json json{{"version", kVersion}, {"modules", modules}};
  // What a student's program prints need not be UTF-8.
  write_text(student / "results.json",
             json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + '\n');
}

std::string code_of(const CourseTools& tools, const Module& module, const std::filesystem::path& copy) {
  const std::filesystem::path tests = tools.source / "tests" / fmt::format("module_{:02}", module.number),
                              runners = tools.source / "modules" / "course";
  std::vector<std::filesystem::path> files;
  for (const std::filesystem::path& folder : {module.folder, tests, runners, runners / "runner"}) {
    for (const std::filesystem::path& file : deciding_files(folder)) files.push_back(file);
  }
  for (const std::string& source : module.sources()) files.push_back(copy / source);
  return hash_of_files(files);
}

std::string code_of_framework(const CourseTools& tools) {
  std::vector<std::filesystem::path> files;
  for (const std::filesystem::path& folder : tools.headers) {
    if (!std::filesystem::is_directory(folder)) continue;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
      if (entry.path().extension() == ".h") files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());
  return hash_of_files(files);
}

}  // namespace tito
