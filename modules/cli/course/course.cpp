#include "modules/cli/course/course.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "modules/cli/course/cut.h"
#include "modules/cli/course/files.h"
#include "modules/cli/course/results.h"
#include "modules/cli/programs.h"

namespace tito {

namespace fs = std::filesystem;

Course::Course(const std::string& directory)
    : tools_(read_course_tools(build_folder())),
      modules_(read_modules(tools_.source / "modules")),
      student_(fs::absolute(directory.empty() ? tools_.source / "student" : fs::path(directory))) {}

fs::path Course::existing(const Module& module) const {
  if (!fs::exists(copy_of(module))) {
    throw std::runtime_error(fmt::format("there is no {}; `./tito module start {:02}` makes it",
                                         copy_of(module).string(), module.number));
  }
  return copy_of(module);
}

bool Course::has_all_files(const Module& module) const {
  const std::vector<std::string> sources = module.sources();
  return std::all_of(sources.begin(), sources.end(), [&](const std::string& source) {
    return fs::is_regular_file(copy_of(module) / source);
  });
}

fs::path Course::started(const Module& module) const {
  fs::path copy = existing(module);
  if (!has_all_files(module)) throw std::runtime_error(describe_damage(*this, module));
  return copy;
}

std::string Course::code(const Module& module) const { return code_of(tools_, module, copy_of(module)); }

std::string describe_damage(const Course& course, const Module& module) {
  return fmt::format(
      "a file of {} is missing; `./tito module reset {:02}` keeps the rest and makes a new copy",
      course.copy_of(module).string(), module.number);
}

void make_copy(const Course& course, const Module& module) {
  const fs::path copy = course.copy_of(module), part = copy.string() + ".part";
  fs::remove_all(part);
  fs::create_directories(part);
  for (const std::string& source : module.sources())
    write_text(part / source, cut(read_text(module.folder / source), module.name));
  fs::rename(part, copy);
}

fs::path set_copy_aside(const Course& course, const Module& module) {
  const fs::path copy = course.existing(module), backups = course.student() / "backups";
  fs::create_directories(backups);
  int number = 1;
  const auto backup = [&] { return backups / fmt::format("{}-{}", module.folder_name(), number); };
  while (fs::exists(backup())) ++number;
  fs::rename(copy, backup());
  return backup();
}

}  // namespace tito
