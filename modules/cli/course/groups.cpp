#include "modules/cli/course/groups.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "modules/cli/course/files.h"
#include "modules/cli/course/progress.h"

namespace tito {
namespace {

ModuleGroup read_group(const nlohmann::json& json) {
  return {.name = json.at("name"),
          .title = json.at("title"),
          .year = json.value("year", 0),
          .modules = json.at("modules")};
}

bool has_all_modules(const Course& course, const ModuleGroup& group) {
  return std::all_of(group.modules.begin(), group.modules.end(), [&](int number) {
    return std::any_of(course.modules().begin(), course.modules().end(),
                       [&](const Module& module) { return module.number == number; });
  });
}

}  // namespace

std::vector<ModuleGroup> read_groups(const Course& course, const std::string& file) {
  const std::filesystem::path path = course.tools().source / "modules" / file;
  const std::string text = read_text(path);
  try {
    const nlohmann::json json = nlohmann::json::parse(text);
    std::vector<ModuleGroup> groups;
    for (const nlohmann::json& group : json.at("groups")) groups.push_back(read_group(group));
    std::erase_if(groups, [&](const ModuleGroup& group) { return !has_all_modules(course, group); });
    return groups;
  } catch (const std::exception& error) {
    throw std::runtime_error(fmt::format("{}: {}", path.string(), error.what()));
  }
}

const ModuleGroup& find_group(const std::vector<ModuleGroup>& groups, const std::string& name) {
  std::string names;
  for (const ModuleGroup& group : groups) {
    if (group.name == name) return group;
    names += (names.empty() ? "" : ", ") + group.name;
  }
  throw std::runtime_error(
      fmt::format("there is no '{}'; {}", name, names.empty() ? kNoGroups : "there are: " + names));
}

std::vector<std::string> missing_for(const Course& course, const ModuleGroup& group) {
  const std::vector<Progress> all = progress_of(course);
  std::vector<std::string> missing;
  for (const int number : group.modules) {
    const Progress& progress = find_progress(all, number);
    if (!progress.is_done()) {
      missing.push_back(what_is_missing(progress));
    } else if (!progress.exported) {
      missing.push_back(fmt::format("{}: not in the framework; `./tito module complete {:02}` puts it in",
                                    progress.module->folder_name(), number));
    }
  }
  return missing;
}

}  // namespace tito
