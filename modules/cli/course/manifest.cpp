#include "modules/cli/course/manifest.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <numeric>
#include <set>
#include <stdexcept>

namespace tito {
namespace {

using Json = nlohmann::json;
using std::filesystem::path;

Check read_check(const Json& json) { return {.name = json.at("name"), .hint = json.at("hint")}; }

Mistake read_mistake(const Json& json) {
  return {.name = json.at("name"), .check = json.at("check"), .region = json.value("region", 1)};
}

template <class T, class F>
std::vector<T> read_list(const Json& json, const F& read) {
  std::vector<T> list;
  std::transform(json.begin(), json.end(), std::back_inserter(list), read);
  return list;
}

Exercise read_exercise(const Json& json) {
  return {.id = json.at("id"),
          .title = json.at("title"),
          .source = json.at("source"),
          .section = json.at("section"),
          .points = json.at("points"),
          .checks = read_list<Check>(json.at("checks"), read_check),
          .mistakes = read_list<Mistake>(json.at("mistakes"), read_mistake)};
}

/// What the format alone does not say.
void validate(const Module& module) {
  const auto require = [](bool holds, const std::string& what) {
    if (!holds) throw std::runtime_error(what);
  };
  require(module.folder.filename() == module.folder_name(),
          fmt::format("number and name are not those of the folder: {}", module.folder_name()));
  require(!module.exercises.empty(), "there are no exercises");
  require(!module.slots.empty() || !module.cuda_slots.empty() || !module.hooks.empty(),
          "it replaces nothing in the framework: slots, cuda_slots and hooks are empty");
  std::set<std::string> ids;
  for (const Exercise& exercise : module.exercises) {
    require(ids.insert(exercise.id).second, fmt::format("two exercises are named {}", exercise.id));
    require(exercise.points > 0, fmt::format("{} has no points", exercise.id));
    require(!exercise.checks.empty(), fmt::format("{} has no checks", exercise.id));
    require(!exercise.mistakes.empty(), fmt::format("{} has no mistakes", exercise.id));
    for (const Mistake& mistake : exercise.mistakes) {
      const auto is_it = [&](const Check& check) { return check.name == mistake.check; };
      require(std::any_of(exercise.checks.begin(), exercise.checks.end(), is_it),
              fmt::format("the mistake {} names the check {}, which {} does not have", mistake.name,
                          mistake.check, exercise.id));
    }
  }
}

bool is_decimal(const std::string& text) {
  return !text.empty() && text.size() < 6 &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
}

}  // namespace

std::string Exercise::suite() const {
  std::string suite;
  bool upper = true;
  for (const char c : id) {
    if (c != '_') suite += upper ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
    upper = c == '_';
  }
  return suite;
}

std::string Module::folder_name() const { return fmt::format("{:02}_{}", number, name); }

std::vector<std::string> Module::sources() const {
  std::vector<std::string> sources;
  for (const Exercise& exercise : exercises) {
    if (std::find(sources.begin(), sources.end(), exercise.source) == sources.end())
      sources.push_back(exercise.source);
  }
  return sources;
}

std::vector<path> Module::sources_in(const path& copy, const std::string& extension) const {
  std::vector<path> found;
  for (const std::string& name : sources()) {
    if (path(name).extension() == extension) found.push_back(std::filesystem::absolute(copy / name));
  }
  return found;
}

int Module::points() const {
  return std::accumulate(exercises.begin(), exercises.end(), 0,
                         [](int sum, const Exercise& exercise) { return sum + exercise.points; });
}

const Exercise* Module::find(const std::string& id) const {
  const auto found =
      std::find_if(exercises.begin(), exercises.end(), [&](const Exercise& each) { return each.id == id; });
  return found == exercises.end() ? nullptr : &*found;
}

Module read_module(const path& folder) {
  const path file = folder / "module.json";
  std::ifstream stream(file);
  if (!stream) throw std::runtime_error(fmt::format("{} cannot be read", file.string()));
  try {
    const Json json = Json::parse(stream);
    Module module{.number = json.at("number"),
                  .name = json.at("name"),
                  .title = json.at("title"),
                  .hours = json.at("hours"),
                  .needs = json.at("needs"),
                  .slots = json.at("slots"),
                  .cuda_slots = json.value("cuda_slots", std::vector<std::string>()),
                  .hooks = json.value("hooks", std::vector<std::string>()),
                  .also = json.value("also", std::vector<std::string>()),
                  .exercises = read_list<Exercise>(json.at("exercises"), read_exercise),
                  .folder = folder};
    validate(module);
    return module;
  } catch (const std::exception& error) {
    throw std::runtime_error(fmt::format("{}: {}", file.string(), error.what()));
  }
}

std::vector<Module> read_modules(const path& folder) {
  std::vector<Module> modules;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (std::filesystem::exists(entry.path() / "module.json")) modules.push_back(read_module(entry.path()));
  }
  std::sort(modules.begin(), modules.end(),
            [](const Module& a, const Module& b) { return a.number < b.number; });
  const auto twice = std::adjacent_find(
      modules.begin(), modules.end(), [](const Module& a, const Module& b) { return a.number == b.number; });
  if (twice != modules.end()) {
    throw std::runtime_error(fmt::format("{} and {} have the same number", twice->folder.string(),
                                         std::next(twice)->folder.string()));
  }
  return modules;
}

const Module& find_module(const std::vector<Module>& modules, const std::string& wanted) {
  for (const Module& module : modules) {
    const bool by_number = is_decimal(wanted) && std::stoi(wanted) == module.number;
    if (by_number || wanted == module.name || wanted == module.folder_name()) return module;
  }
  std::string names;
  for (const Module& module : modules) names += (names.empty() ? "" : ", ") + module.folder_name();
  throw std::runtime_error(fmt::format("there is no module '{}'; there are: {}", wanted, names));
}

}  // namespace tito
