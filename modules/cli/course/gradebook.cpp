#include "modules/cli/course/gradebook.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "modules/cli/course/files.h"

namespace tito {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr int kGradeVersion = 1;

/// As UTF-8, whatever students' code wrote.
std::string dump(const Json& json) { return json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n'; }

Json json_of(const ModuleGrade& grade) {
  Json failures = Json::object();
  for (const auto& [exercise, failure] : grade.result.failures)
    failures[exercise] = {{"check", failure.check}, {"message", failure.message}, {"todo", failure.is_todo}};
  return {{"code", grade.result.code},
          {"passed", grade.result.passed},
          {"failures", failures},
          {"errors", grade.errors}};
}

ModuleGrade grade_of(const Json& json) {
  ModuleGrade grade{.result = {.code = json.at("code"), .passed = json.at("passed")},
                    .errors = json.at("errors")};
  for (const auto& [exercise, failure] : json.at("failures").items())
    grade.result.failures[exercise] = {
        .check = failure.at("check"), .message = failure.at("message"), .is_todo = failure.at("todo")};
  return grade;
}

}  // namespace

Gradebook::Gradebook(const fs::path& folder) : folder_(fs::absolute(folder)) {}

std::vector<std::string> Gradebook::students() const {
  std::vector<std::string> students;
  std::error_code missing;
  for (const auto& entry : fs::directory_iterator(folder_ / "submissions", missing)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with('.')) students.push_back(name);  // else it ended before it was whole
  }
  if (students.empty()) {
    throw std::runtime_error(
        fmt::format("there are no submissions in {}; `tito grade collect ARCHIVE... -o DIR` takes them",
                    folder_.string()));
  }
  std::sort(students.begin(), students.end());
  return students;
}

bool Gradebook::has(const std::string& student) const { return fs::exists(submission_of(student)); }
fs::path Gradebook::submission_of(const std::string& student) const {
  return folder_ / "submissions" / student;
}
fs::path Gradebook::page_of(const std::string& student) const {
  return folder_ / "feedback" / (student + ".html");
}

void Gradebook::keep(const std::string& student, const Submission& submission) const {
  const fs::path kept = submission_of(student), part = folder_ / "submissions" / ".part";
  fs::remove_all(part);
  fs::create_directories(part);
  for (const auto& [name, text] : submission.files) {
    fs::create_directories((part / name).parent_path());
    write_text(part / name, text);
  }
  write_text(part / "refused.json", dump(submission.refused));
  fs::remove_all(kept);
  fs::rename(part, kept);
}

std::vector<std::string> Gradebook::refusals_of(const std::string& student) const {
  const fs::path file = submission_of(student) / "refused.json";
  try {
    return Json::parse(read_text(file));
  } catch (const Json::exception& error) {
    throw std::runtime_error(
        fmt::format("{} is damaged; collect the submission again ({})", file.string(), error.what()));
  }
}

Grade Gradebook::read_grade(const std::string& student) const {
  const fs::path file = folder_ / "results" / (student + ".json");
  if (!fs::exists(file)) return {};
  try {
    const Json json = Json::parse(read_text(file));
    if (json.at("version") != kGradeVersion) return {};
    Grade grade;
    for (const auto& [name, module] : json.at("modules").items()) grade[name] = grade_of(module);
    return grade;
  } catch (const std::exception&) {
    return {};  // as if it were missing: all is measured again
  }
}

void Gradebook::write_grade(const std::string& student, const Grade& grade) const {
  Json modules = Json::object();
  for (const auto& [name, module] : grade) modules[name] = json_of(module);
  fs::create_directories(folder_ / "results");
  write_text(folder_ / "results" / (student + ".json"),
             dump({{"version", kGradeVersion}, {"student", student}, {"modules", modules}}));
}

}  // namespace tito
