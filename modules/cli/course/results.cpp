#include "modules/cli/course/results.h"

#include <fmt/format.h>

#include <exception>
#include <nlohmann/json.hpp>
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

}  // namespace

Failure failure_of(const ExerciseResult& result) {
  const CheckResult* const failure = result.failure();
  if (failure == nullptr) return {.check = "", .message = result.fault};
  if (failure->todo.empty()) return {.check = failure->name, .message = failure->message};
  return {.check = failure->name, .message = failure->todo + " is not written yet", .is_todo = true};
}

int ModuleResult::points(const Module& module) const {
  int points = 0;
  for (const Exercise& exercise : module.exercises) {
    const auto found = passed.find(exercise.id);
    if (found != passed.end() && found->second) points += exercise.points;
  }
  return points;
}

Results read_results(const std::filesystem::path& student) {
  const std::filesystem::path file = student / "results.json";
  if (!std::filesystem::exists(file)) return {};
  try {
    const nlohmann::json json = nlohmann::json::parse(read_text(file));
    if (json.at("version") != kVersion) return {};
    Results results;
    for (const auto& [name, module] : json.at("modules").items())
      results[name] = {.code = module.at("code"),
                       .passed = module.at("passed"),
                       .failures = read_failures(module.at("failures")),
                       .integration = read_failures(module.at("integration"))};
    return results;
  } catch (const std::exception&) {
    return {};  // as if it were missing: all is measured again
  }
}

void write_results(const std::filesystem::path& student, const Results& results) {
  nlohmann::json modules = nlohmann::json::object();
  for (const auto& [name, module] : results)
    modules[name] = {{"code", module.code},
                     {"passed", module.passed},
                     {"failures", to_json(module.failures)},
                     {"integration", to_json(module.integration)}};
  const nlohmann::json json{{"version", kVersion}, {"modules", modules}};
  // What a student's program prints need not be UTF-8.
  write_text(student / "results.json",
             json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + '\n');
}

std::string code_of(const CourseTools& tools, const Module& module, const std::filesystem::path& copy) {
  const std::filesystem::path tests = tools.source / "tests" / fmt::format("module_{:02}", module.number);
  std::vector<std::filesystem::path> files{module.folder / "module.json", tests / "exercises_test.cpp",
                                           tests / "device_test.cu"};
  for (const std::string& source : module.sources()) files.push_back(copy / source);
  std::string text;
  for (const std::filesystem::path& file : files)
    text += (std::filesystem::exists(file) ? read_text(file) : "") + '\0';
  return hash_of(text);
}

}  // namespace tito
