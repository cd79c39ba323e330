#include "modules/cli/course/gradebook.h"

#include <fmt/format.h>

#include <exception>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>
#include <string_view>

#include "modules/cli/course/files.h"

namespace tito {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

/// Before a student's name: the submission that keep() is replacing. No student's name begins so.
constexpr const char* kReplaced = ".replaced-";

constexpr int kGradeVersion = 2;

/// As UTF-8, whatever students' code wrote.
std::string dump(const Json& json) { return json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n'; }

Json json_of(const ModuleGrade& grade) {
  Json json = json_of(grade.result);
  json["errors"] = grade.errors;
  return json;
}

ModuleGrade grade_of(const Json& json) {
  return {.result = module_result_of(json), .errors = json.at("errors")};
}

}  // namespace

Gradebook::Gradebook(const fs::path& folder) : folder_(fs::absolute(folder)) {}

std::vector<std::string> Gradebook::students() const {
  std::set<std::string> students;
  std::error_code missing;
  for (const auto& entry : fs::directory_iterator(folder_ / "submissions", missing)) {
    std::string name = entry.path().filename().string();
    if (name.starts_with(kReplaced)) name.erase(0, std::string_view(kReplaced).size());
    if (!name.starts_with('.')) students.insert(name);  // else it ended before it was whole
  }
  if (students.empty()) {
    throw std::runtime_error(
        fmt::format("there are no submissions in {}; `./tito grade collect ARCHIVE... -o DIR` takes them",
                    folder_.string()));
  }
  return {students.begin(), students.end()};
}

bool Gradebook::has(const std::string& student) const { return fs::exists(submission_of(student)); }
fs::path Gradebook::submission_of(const std::string& student) const {
  fs::path kept = folder_ / "submissions" / student, replaced = replaced_of(student);
  return fs::exists(kept) || !fs::exists(replaced) ? kept : replaced;
}
fs::path Gradebook::replaced_of(const std::string& student) const {
  return folder_ / "submissions" / (kReplaced + student);
}
fs::path Gradebook::page_of(const std::string& student) const {
  return folder_ / "feedback" / (student + ".html");
}

void Gradebook::keep(const std::string& student, const Submission& submission) const {
  const fs::path kept = folder_ / "submissions" / student, replaced = replaced_of(student),
                 part = folder_ / "submissions" / ".part";
  fs::remove_all(part);
  fs::create_directories(part);
  for (const auto& [name, text] : submission.files) {
    fs::create_directories((part / name).parent_path());
    write_text(part / name, text);
  }
  write_text(part / "refused.json", dump(submission.refused));
  if (fs::exists(kept)) {
    fs::remove_all(replaced);
    fs::rename(kept, replaced);
  }
  fs::rename(part, kept);
  fs::remove_all(replaced);
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
